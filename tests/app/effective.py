#!/usr/bin/env python3
"""Oracle: effective IIS modules per path, from applicationHost.config and web.config files.
effective(apphost_text, webs={ 'Site': text, 'Site/app': text }, path) -> dict(modules=[(name,type,image,pre,origin,locked)], errors=[...])
It does not know configSource and the section written twice. Written to check test inputs."""
import re, xml.etree.ElementTree as ET
def loc(t): return t.split('}')[-1] if isinstance(t,str) else ''
def parse(b):
    if isinstance(b,bytes):
        for bom,enc in ((b'\xef\xbb\xbf','utf-8'),(b'\xff\xfe','utf-16-le'),(b'\xfe\xff','utf-16-be')):
            if b.startswith(bom): b=b[len(bom):].decode(enc); break
        else: b=b.decode('utf-8')
    return ET.fromstring(re.sub(r'^\s*<\?xml[^>]*\?>','',b.lstrip('\ufeff')))
def find(e,path):
    for p in path.split('/'):
        e=[x for x in e if loc(x.tag)==p]
        if not e: return []
        if len(e)>1: e=[y for x in e for y in x] and e
        e=e[0] if len(e)==1 else _merge(e)
    return e
class _M(list): attrib={}
def _merge(es):
    m=_M()
    for e in es: m+=list(e)
    return m
def sections(root,section,level):
    """(target path relative to level, element, location attributes) in document order"""
    out=[]
    def get(e):
        cur=[e]
        for p in section.split('/'): cur=[x for c in cur for x in c if loc(x.tag)==p]
        return cur
    for s in get(root): out.append(('',s,{}))
    for l in root:
        if loc(l.tag)!='location': continue
        p=(l.get('path') or '').strip('/')
        if p=='.': p=''
        for s in get(l): out.append((p,s,dict(l.attrib)))
    return out
def names_eq(a,b): return a.lower()==b.lower()
def apply(coll,sec,origin,errors,key='name',adds=('add',),fold=False):
    sect_lock=(sec.attrib.get('lockElements') or '').split(',') if hasattr(sec,'attrib') else []
    for c in sec:
        t=loc(c.tag)
        if not isinstance(c.tag,str): continue
        if t in adds:
            k=c.get(key)
            if k is None: errors.append('%s: %s without %s'%(origin,t,key)); continue
            if any(x[key]==k for x in coll): errors.append('%s: duplicate %s'%(origin,k)); continue
            d=dict(c.attrib); d['_origin']=origin; coll.append(d)
        elif t=='remove':
            k=c.get(key); hit=[x for x in coll if x[key]==k]
            if hit and hit[0].get('lockItem','false').lower()=='true' and hit[0]['_origin']!=origin: errors.append('%s: lock violation: remove %s'%(origin,k)); continue
            coll[:]=[x for x in coll if x[key]!=k]
        elif t=='clear':
            if any(x.get('lockItem','false').lower()=='true' and x['_origin']!=origin for x in coll): errors.append('%s: lock violation: clear'%origin); continue
            coll[:]=[]
        else: errors.append('%s: unknown element %s'%(origin,t))
def child_app(level,path,apps):
    'an application root lies below level on the way to path'
    return any(a!=level and (a==path or path.startswith(a+'/')) and (level=='' or a.startswith(level+'/')) for a in (apps or ()))
def effective(apphost,webs,path,section='system.webServer/modules',key='name',adds=('add',),apps=None):
    errors=[]; coll=[]; parts=[p for p in path.split('/') if p]
    levels=['/'.join(parts[:i]) for i in range(len(parts)+1)]
    docs=[('',parse(apphost))]+[(l,parse(webs[l])) for l in levels if l in webs]
    allow={}
    # each level: apphost root, apphost locations for this level, then web.config of the level and its locations
    for lv in levels:
        for base,root in docs:
            if not (lv==base or lv.startswith(base+'/') or base==''): continue
            rel=lv if base=='' else lv[len(base):].strip('/')
            for target,sec,la in sections(root,section,base):
                if target.lower()!=rel.lower(): continue
                if la.get('inheritInChildApplications','true').lower()=='false' and child_app(lv,path,apps): continue
                apply(coll,sec,('APPHOST' if base=='' else base+'/web.config')+(' location '+(la.get('path') or '.') if la else ''),errors,key,adds)
    g=[]
    for target,sec,la in sections(parse(apphost),'system.webServer/globalModules',''): apply(g,sec,'APPHOST',errors)
    gm={x['name']:x for x in g}
    out=[]
    for m in coll:
        x=gm.get(m['name']) if key=='name' and not m.get('type') else None
        out.append(dict(name=m.get(key),type=m.get('type'),image=x.get('image') if x else m.get('path') if adds!=('add',) else None,pre=m.get('preCondition') or '',gpre=x.get('preCondition') if x else None,origin=m['_origin'],locked=m.get('lockItem'),dangling=not m.get('type') and not x))
    return dict(modules=out,registered=g,registered_only=[x['name'] for x in g if x['name'] not in {m['name'] for m in coll}],errors=errors)
