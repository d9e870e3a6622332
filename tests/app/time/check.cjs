// Reads "where<TAB>modifier" lines and prints those that Splunk's own parser refuses; exit code 1 when there is one.
const time = require('@splunk/time-range-utils/time.js');
const lines = require('fs').readFileSync(0, 'utf8').split('\n').filter(Boolean);
const valid = (modifier) => { try { return time.isValidTime(modifier); } catch { return false; } };
// The parser itself must refuse what Splunk refuses, or its silence means nothing.
for (const wrong of ['-70q@z', '-24h@', '-1.5h', 'yesterday']) {
    if (valid(wrong)) { console.log(`the parser accepts ${wrong}`); process.exit(1); }
}
const bad = lines.filter((line) => !valid(line.split('\t')[1]));
bad.forEach((line) => console.log(`not a time modifier: ${line}`));
console.log(`time modifiers: ${lines.length} checked, ${bad.length} refused`);
process.exit(bad.length || !lines.length ? 1 : 0);
