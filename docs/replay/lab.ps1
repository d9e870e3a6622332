<#
.SYNOPSIS
Makes the changes of the stories on an IIS server of a lab, and takes them back.

.DESCRIPTION
For a server that serves nothing: application pools start anew, and its log of requests stops. Nothing is downloaded. Every DLL
that is registered is one of IIS's own, or a copy of it: defdoc.dll (the default document) and cachhttp.dll (the cache). The site
that is made is never started, so that nothing of it is loaded.

First it makes a backup of the configuration (appcmd add backup) and switches the channel Microsoft-IIS-Configuration/Operational
on. -TakeBack restores the backup, removes what was copied and leaves the channel as it was. The log keeps its events.

.PARAMETER TakeBack
Take everything back.

.EXAMPLE
.\lab.ps1
.EXAMPLE
.\lab.ps1 -TakeBack
#>
#Requires -Version 5.1
#Requires -RunAsAdministrator
[CmdletBinding()]
param([switch] $TakeBack)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$inetsrv = Join-Path $env:windir 'System32\inetsrv'
$appcmd = Join-Path $inetsrv 'appcmd.exe'
$channel = 'Microsoft-IIS-Configuration/Operational'
$backup = 'iismodcheck-lab'
$site = 'iismodcheck-lab'
$root = Join-Path $env:SystemDrive 'inetpub\iismodcheck-lab'
$state = Join-Path $env:ProgramData 'iismodcheck-lab.txt'
# What is copied where: the names are those of the stories, the content is IIS's own.
$copies = [ordered]@{
    (Join-Path $env:ProgramFiles 'Contoso\Agent\agent.dll') = 'defdoc.dll'
    (Join-Path $env:ProgramFiles 'Cache\cachtokn.dll') = 'cachtokn.dll'
    (Join-Path $env:windir 'Temp\cachhttp.dll') = 'cachhttp.dll'
}

function Invoke-AppCmd {
    $said = & $appcmd @args
    if ($LASTEXITCODE -ne 0) { throw "appcmd $args said: $said" }
}

function Set-Channel([bool] $Enabled) {
    $word = if ($Enabled) { 'true' } else { 'false' }
    & wevtutil.exe sl $channel "/e:$word"
    if ($LASTEXITCODE -ne 0) { throw "the channel $channel could not be switched" }
}

# A story and what makes it. The stories "role services" (it would install features) and "clear" (no tool writes it by itself) are
# not made here.
$stories = [ordered]@{
    'install by appcmd' = {
        Invoke-AppCmd install module '/name:DefaultDocumentModule_Atomic' '/image:%windir%\system32\inetsrv\defdoc.dll'
    }
    'install by PowerShell' = {
        Import-Module WebAdministration
        New-WebGlobalModule -Name 'ContosoAgent' -Image (Join-Path $env:ProgramFiles 'Contoso\Agent\agent.dll') | Out-Null
    }
    'install with /add:false' = {
        Invoke-AppCmd install module '/name:ContosoUnused' '/image:%windir%\System32\inetsrv\defdoc.dll' '/add:false'
    }
    'managed at a site' = {
        Invoke-AppCmd add module '/name:ContosoTelemetry' "/app.name:$site/" (
            '/type:Contoso.Web.TelemetryModule, Contoso.Web, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null')
    }
    'disable at a site' = {
        Invoke-AppCmd delete module 'CustomErrorModule' "/app.name:$site/"
    }
    'enable at a site' = {
        Invoke-AppCmd add module '/name:CustomErrorModule' "/app.name:$site/"
    }
    'hijack' = {
        Invoke-AppCmd set config '/section:globalModules' (
            "/[name='HttpCacheModule'].image:" + (Join-Path $env:windir 'Temp\cachhttp.dll'))
    }
    'masquerade' = {
        Invoke-AppCmd uninstall module 'TokenCacheModule'
        Invoke-AppCmd install module '/name:TokenCacheModule' (
            '/image:' + (Join-Path $env:ProgramFiles 'Cache\cachtokn.dll')) '/preCondition:bitness64'
    }
    'uninstall of logging' = {
        Invoke-AppCmd uninstall module 'HttpLoggingModule'
    }
    're-order' = {
        Invoke-AppCmd delete module 'DirectoryListingModule'
        Invoke-AppCmd add module '/name:DirectoryListingModule'
    }
    'lock' = {
        Invoke-AppCmd set config '/section:modules' "/[name='CustomErrorModule'].lockItem:true"
    }
}

function Start-Lab {
    if (Test-Path $state) { throw 'It was made already: take it back first (.\lab.ps1 -TakeBack).' }
    if (Test-Path $root) { throw "$root is there already: it would be removed when everything is taken back." }
    foreach ($file in @($copies.Keys)) {
        if (Test-Path $file) { throw "$file is there already: it would be overwritten." }
    }
    $enabled = (Get-WinEvent -ListLog $channel).IsEnabled
    Invoke-AppCmd add backup $backup
    Set-Content -Path $state -Value "$enabled"
    Set-Channel $true
    foreach ($file in @($copies.Keys)) {
        New-Item -ItemType Directory -Force -Path (Split-Path $file) | Out-Null
        Copy-Item -Path (Join-Path $inetsrv $copies[$file]) -Destination $file
    }
    New-Item -ItemType Directory -Path $root | Out-Null
    Invoke-AppCmd add site "/name:$site" '/bindings:http/127.0.0.1:58099:' "/physicalPath:$root" '/serverAutoStart:false'
    foreach ($story in $stories.Keys) {
        try {
            & $stories[$story]
            Write-Output "made: $story"
        } catch {
            Write-Warning "not made: $story ($_)"
        }
        # A change ends with its event 50; the pause keeps the stories apart where that is not collected.
        Start-Sleep -Seconds 35
    }
    Write-Output 'Look for the findings now; then: .\lab.ps1 -TakeBack'
}

function Stop-Lab {
    if (-not (Test-Path $state)) { throw 'Nothing was made here, so that nothing is taken back.' }
    $enabled = (Get-Content -Path $state) -eq 'True'
    Invoke-AppCmd restore backup $backup
    # Worker processes let go of the DLLs.
    & iisreset.exe /restart | Out-Null
    $left = @($copies.Keys) + $root | Where-Object { Test-Path $_ }
    foreach ($path in $left) { Remove-Item -Recurse -Force -Path $path }
    foreach ($folder in 'Cache', 'Contoso\Agent', 'Contoso') {
        $folder = Join-Path $env:ProgramFiles $folder
        if ((Test-Path $folder) -and -not (Get-ChildItem -Force $folder)) { Remove-Item -Path $folder }
    }
    Set-Channel $enabled
    Invoke-AppCmd delete backup $backup
    Remove-Item -Path $state
    Write-Output 'Everything was taken back. The events of it stay in the log.'
}

if ($TakeBack) { Stop-Lab } else { Start-Lab }
