//! The roots that vouch for Microsoft's files, as facts: `tests/oracle/signatures` compares them with the list that
//! Microsoft's own programme publishes. Left out on purpose: `Microsoft Identity Verification Root Certificate Authority
//! 2020`, below which customers of Microsoft sign, and the roots with elliptic keys, which are not checked.

use super::digest::RsaKey;

/// Whom to believe, and what time it is where no time stamp says when.
#[derive(Debug, Clone, Copy)]
pub struct Trust<'a> {
    /// The roots that vouch.
    pub roots: &'a [Root<'a>],
    /// Seconds since 1970.
    pub now: i64,
}

impl Trust<'static> {
    /// Microsoft's roots.
    #[must_use]
    pub fn microsoft(now: i64) -> Self {
        Self { roots: MICROSOFT, now }
    }
}

/// A certificate that vouches for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root<'a> {
    /// Its word in reports.
    pub id: &'static str,
    /// Its name, written as a signer's is.
    pub subject: &'a str,
    /// The RSA key: the modulus, highest byte first.
    pub modulus: &'a [u8],
    /// The RSA key: the exponent, highest byte first.
    pub exponent: &'a [u8],
    /// Seconds since 1970.
    pub not_before: i64,
    /// Seconds since 1970.
    pub not_after: i64,
    /// SHA-256 of the certificate.
    pub sha256: [u8; 32],
}

impl<'a> Root<'a> {
    pub(crate) fn key(&self) -> RsaKey<'a> {
        RsaKey { modulus: self.modulus, exponent: self.exponent }
    }
}

/// Windows Server 2008 R2 and older, with time stamps of its time.
pub const OF_2001: &str = "microsoft_2001";
/// Windows' own files, and Microsoft's time stamps.
pub const OF_2010: &str = "microsoft_2010";
/// Microsoft's other products.
pub const OF_2011: &str = "microsoft_2011";

const EXPONENT: &[u8] = &[1, 0, 1];

/// Microsoft's roots, the oldest first.
pub const MICROSOFT: &[Root<'static>] = &[
    // May  9 23:19:22 2001 to May  9 23:28:13 2021.
    Root {
        id: OF_2001,
        subject: "CN=Microsoft Root Certificate Authority, DC=microsoft, DC=com",
        modulus: &hex::<512>(MODULUS_OF_2001),
        exponent: EXPONENT,
        not_before: 989_450_362,
        not_after: 1_620_602_893,
        sha256: hex("885de64c340e3ea70658f01e1145f957fcda27aabeea1ab9faa9fdb0102d4077"),
    },
    // Jun 23 21:57:24 2010 to Jun 23 22:04:01 2035.
    Root {
        id: OF_2010,
        subject: "CN=Microsoft Root Certificate Authority 2010, O=Microsoft Corporation, L=Redmond, ST=Washington, C=US",
        modulus: &hex::<512>(MODULUS_OF_2010),
        exponent: EXPONENT,
        not_before: 1_277_330_244,
        not_after: 2_066_249_041,
        sha256: hex("df545bf919a2439c36983b54cdfc903dfa4f37d3996d8d84b4c31eec6f3c163e"),
    },
    // Mar 22 22:05:28 2011 to Mar 22 22:13:04 2036.
    Root {
        id: OF_2011,
        subject: "CN=Microsoft Root Certificate Authority 2011, O=Microsoft Corporation, L=Redmond, ST=Washington, C=US",
        modulus: &hex::<512>(MODULUS_OF_2011),
        exponent: EXPONENT,
        not_before: 1_300_831_528,
        not_after: 2_089_836_784,
        sha256: hex("847df6a78497943f27fc72eb93f9a637320a02b561d0a91b09e87a7807ed7c61"),
    },
];

const MODULUS_OF_2001: &str = "\
    f35dfa8067d45aa7a90c2c9020d035083c7584cdb707899c89dadecec360fa91685a9e94712918767cc2e0c82576940e\
    58fa043436e6dfaff780bae9580b2b93e59d05e3772291f734643c22911d5ee10990bc14fefc755819e179b70792a3ae\
    885908d89f07ca0358fc68296d32d7d2a8cb4bfce10b48324fe6ebb8ad4fe45c6f139499db95d575dba81ab79491b477\
    5bf5480c8f6a797d1470047d6daf90f5da70d847b7bf9b2f6ce705b7e11160ac7991147cc5d6a6e4e17ed5c37ee592d2\
    3c00b53682de79e16df3b56ef89f33c9cb527d739836db8ba16ba295979ba3dec24d26ff0696672506c8e7ace4ee1233\
    953199c835084e34ca7953d5b5be6332594036c0a54e044d3ddb5b0733e458bfef3f5364d842593557fd0f457c24044d\
    9ed6387411972290ce684474926fd54b6fb086e3c73642a0d0fcc1c05af9a361b9304771960a16b091c04295ef107f28\
    6ae32a1fb1e4cd033f777104c720fc490f1d4588a4d7cb7e88ad8e2dec45dbc45104c92afcec869e9a11975bdece5388\
    e6e2b7fdac95c22840dbef0490df813339d9b245a5238706a5558931bb062d600e41187d1f2eb597cb11eb15d524a594\
    ef151489fd4b73fa325bfcd13300f95962700732ea2eab402d7bcadd21671b30998f16aa23a841d1b06e119b36c4de40\
    749ce15865c1601e7a5b38c88fbb04267cd41640e5b66b6caa86fd00bfcec135\
";

const MODULUS_OF_2010: &str = "\
    b9089e28e4e4ec064e5068b341c57bebaeb68eaf81ba22441f6534694cbe704017f2167be279fd86ed0d39f41ba8ad92\
    901ecb3d768f5ad9b591102e3c058d8a6d2454e71fed56ad83b4509c15a51774885920fc08c58476d368d46f2878ce5c\
    b8f3509044ffe3635fbea19a2c961504d607fe1e8421e0423111c4283694cf50a4629ec9d6ab7100b25b0ce696d40a24\
    96f5ffc6d5b71bd7cbb72162af12dca15d37e31afb1a4698c09bc0e7631f2a0893027e1e6a8ef29f1889e42285a2b184\
    5740fff50ed86f9cede2453101cd17e97fb08145e3aa214026a172aaa74f3c01057eee8358b15e06639962917882b70d\
    930c246ab41bdb27ec5f95043f934a30f59718b3a7f919a793331d01c8db22525cd725c946f9a2fb875943be9b62b18d\
    2d86441a46ac78617e3009faae89c4412a2266039139459cc78b0ca8ca0d2ffb52ea0cf76333239dfeb01fad67d6a750\
    03c6047063b52cb1865a43b7fbaef96e296e21214126068cc9c3eeb0c28593a1b985d9e6326c4b4c3fd65da3e5b59d77\
    c39cc055b77400e3b838ab839750e19a42241dc6c0a330d11a5ac85234f773f1c7181f33ad7aeccb4160f3239420c248\
    45ac5c51c62e80c2e27715bd8587ed369d9691ee00b5a370ec9fe38d80688376baaf5d70522216e266fbbab3c5c2f73e\
    2f77a6cadec1a6c6484cc3375123d327d7b84e7096f0a14476af78cf9ae16613\
";

const MODULUS_OF_2011: &str = "\
    b28041aa35384d13723268224db8b2f1ffd552bc6cc7f5d24a8c36eed1c25c7e8c8aaeaf13286fc073e33aced025a85a\
    3a6defa8b859ab132368cd0c2987d16f805c8f447f5d90015258ac51c55f2a87dcdcd80a1dc103b97bb056e8a3de6461\
    c29ef8f37cb9ec0db554fe4cb6654f88f09c48990c420b097c315917790678288d893a4c0325be716a5c0be78460a499\
    22e3d2af84a4a7fbd198ed0ca9de9489e10ea0dcc0ce993dea0852bb5679e41f84ba1eb8b4c4495c4f314b87dddd0567\
    269980e07111a3b8a541e2a453b9f73229830c13bf365e04b34b43472f6be2911ed3984fdd4207c8e81d12fc99a96b3e\
    927ec8d6693afc64bdb6099dcafd0c0ba29b77604b0394a4306912d6422dc1414ccadcaafd8f5b83469ad9fcb1d1e3b3\
    c97f487acd24f0418f5c74d0acb010200649b7c72d21c857e3d086f30368fbd0ce71c189994a64016cfdec3091cf413c\
    92c7e5ba861d6184c75f833962aeb4922f47f30bf855eba01f59d0bb749b1ed076e6f2e906d710e8fa64de69c6359688\
    02f046b83f27996fcb71892935f7481602358fd5797c4d02cf5feb8a834f457188f9a90d4e72e9c29c07cf491b4e040e\
    63518c5ed800c1552cb6c6e0c2654ec93439f59cb3c47ee8616e135f15c45fd97eed1dceee44eccb2e86b1ec38f670ed\
    ab5c13c1d90f0dc780b255ed34f7ac9be4c3dae7473ca6b58f31dfc54bafebf1\
";

/// The bytes of hexadecimal digits. A wrong digit or length does not compile.
const fn hex<const N: usize>(text: &str) -> [u8; N] {
    let digits = text.as_bytes();
    assert!(digits.len() == 2 * N);
    let mut bytes = [0; N];
    let mut at = 0;
    while at < N {
        bytes[at] = digit(digits[2 * at]) << 4 | digit(digits[2 * at + 1]);
        at += 1;
    }
    bytes
}

const fn digit(letter: u8) -> u8 {
    match letter {
        b'0'..=b'9' => letter - b'0',
        b'a'..=b'f' => letter - b'a' + 10,
        // An index that is out of range stops the compiler, for this runs nowhere else.
        _ => [0][1 + letter as usize],
    }
}
