"""Tables of display names for the devices, systems and software in User-Agents.

Data and look-ups only; `user_agent` combines them. The tables are lists of `User-Agent text=display name`. Substrings
are searched in order, so a longer one precedes another that it contains.
"""

import re
from collections.abc import Iterable, Mapping

from sessionql.resolvers.values.visible import is_visible

APP = "App"  # software without a name in its User-Agent: a web view or a native application

_Pairs = tuple[tuple[str, str], ...]


def _items(listing: str, separator: str = ",") -> tuple[str, ...]:
    return tuple(" ".join(item.split()) for item in listing.split(separator) if item.strip())


def _pairs(listing: str) -> _Pairs:
    """Parse `text=name` pairs. Without a name, the text is the name."""
    split = (item.partition("=") for item in _items(listing))
    return tuple((text, name or text) for text, _, name in split)


def _galaxies(listing: str) -> Mapping[str, str]:
    """Parse `name=codes`. The code S911 covers all models that start with SM-S911, like SM-S911B."""
    split = (item.partition("=") for item in _items(listing))
    return {code: f"Galaxy {name}" for name, _, codes in split for code in codes.split()}


_GALAXY = _galaxies("""
    S=I9000, S II=I9100, S III=I9300 I9305, S4=I9500 I9505 I9515, S4 mini=I9195, S5=G900, S6=G920,
    S6 edge=G925, S6 edge+=G928, S7=G930, S7 edge=G935, S8=G950, S8+=G955, S9=G960, S9+=G965,
    S10e=G970, S10=G973, S10+=G975, S10 5G=G977, S10 Lite=G770, S20=G980 G981, S20+=G985 G986,
    S20 Ultra=G988, S20 FE=G780, S20 FE 5G=G781, S21=G991, S21+=G996, S21 Ultra=G998, S21 FE=G990,
    S22=S901, S22+=S906, S22 Ultra=S908, S23=S911, S23+=S916, S23 Ultra=S918, S23 FE=S711,
    S24=S921, S24+=S926, S24 Ultra=S928, S24 FE=S721, S25=S931, S25+=S936, S25 Ultra=S938,
    S25 Edge=S937, S25 FE=S731,
    Note=N7000, Note II=N7100 N7105, Note 3=N900, Note 4=N910, Note Edge=N915, Note5=N920,
    Note7=N930, Note8=N950, Note9=N960, Note10=N970 N971, Note10+=N975 N976, Note10 Lite=N770,
    Note20=N980 N981, Note20 Ultra=N985 N986,
    Fold=F900 F907, Z Fold2=F916, Z Fold3=F926, Z Fold4=F936, Z Fold5=F946, Z Fold6=F956,
    Z Fold7=F966, Z Flip=F700, Z Flip 5G=F707, Z Flip3=F711, Z Flip4=F721, Z Flip5=F731,
    Z Flip6=F741, Z Flip7=F766, Z Flip7 FE=F761,
    A01=A015, A02=A022, A02s=A025, A03=A035, A03s=A037, A03 Core=A032, A04=A045, A04e=A042,
    A04s=A047, A05=A055, A05s=A057, A06=A065, A06 5G=A066, A10=A105, A10e=A102, A10s=A107, A11=A115,
    A12=A125 A127, A13=A135 A137, A13 5G=A136, A14=A145, A14 5G=A146, A15=A155, A15 5G=A156,
    A16=A165, A16 5G=A166, A17=A175, A17 5G=A176, A20=A205, A20e=A202, A20s=A207, A21=A215,
    A21s=A217, A22=A225, A22 5G=A226, A23=A235, A23 5G=A236, A24=A245, A25=A256, A26=A266, A30=A305,
    A30s=A307, A31=A315, A32=A325, A32 5G=A326, A33=A336, A34=A346, A35=A356, A36=A366, A40=A405,
    A41=A415, A42=A426, A50=A505, A50s=A507, A51=A515, A51 5G=A516, A52=A525, A52 5G=A526,
    A52s=A528, A53=A536, A54=A546, A55=A556, A56=A566, A6=A600, A6+=A605, A70=A705, A70s=A707,
    A71=A715, A71 5G=A716, A72=A725, A73=A736, A80=A805, A90=A908, A3 (2016)=A310, A3 (2017)=A320,
    A5 (2016)=A510, A5 (2017)=A520, A7 (2016)=A710, A7 (2017)=A720, A7 (2018)=A750, A8=A530,
    A8+=A730, A9=A920,
    J3=J320, J3 (2017)=J330, J4=J400, J4+=J415, J5=J500, J5 (2016)=J510, J5 (2017)=J530, J6=J600,
    J6+=J610, J7=J700, J7 (2016)=J710, J7 (2017)=J730, J8=J810,
    M11=M115, M12=M127, M13=M135, M14=M146, M15=M156, M20=M205, M21=M215, M22=M225, M23=M236,
    M30=M305, M30s=M307, M31=M315, M31s=M317, M32=M325, M33=M336, M34=M346, M35=M356, M51=M515,
    M52=M526, M53=M536, M54=M546, M55=M556,
    Tab 2=P5100 P5110 P3110, Tab 3=P5210, Tab 10.1=P7510, Tab 4=T530, Tab E=T560,
    Tab A 8.0=T290 T295,
    Tab A 10.1=T510 T515 T580 T585, Tab A 10.5=T590 T595, Tab A7=T500 T505, Tab A7 Lite=T220 T225,
    Tab A8=X200 X205, Tab A9=X110 X115, Tab A9+=X210 X216, Tab A11=X130 X135, Tab A11+=X230 X236,
    Tab S=T700 T800, Tab S2=T710 T810 T813, Tab S3=T820 T825, Tab S4=T830 T835, Tab S5e=T720 T725,
    Tab S6=T860 T865, Tab S6 Lite=P610 P613 P615 P619 P620 P625, Tab S7=T870 T875 T878,
    Tab S7+=T970 T975 T976, Tab S7 FE=T730 T733 T736, Tab S8=X700 X706, Tab S8+=X800 X806,
    Tab S8 Ultra=X900 X906, Tab S9=X710 X716, Tab S9+=X810 X816, Tab S9 Ultra=X910 X916,
    Tab S9 FE=X510 X516, Tab S9 FE+=X610 X616, Tab S10+=X820 X826, Tab S10 Ultra=X920 X926,
    Tab S10 FE=X520 X526, Tab S10 FE+=X620 X626, Tab S10 Lite=X400 X406, Tab S11=X730 X736,
    Tab S11 Ultra=X930 X936""")

# Model codes of other makers, and the product name.
_PRODUCT_NAMES = dict(
    _pairs("""A063=Nothing Phone (1), A065=Nothing Phone (2), A142=Nothing Phone (2a),
    FP3=Fairphone 3, FP4=Fairphone 4, FP5=Fairphone 5""")
)

# Makers that ua-parser does not recognize or confuses, by the pattern of their model codes.
_MAKERS = tuple(
    (re.compile(pattern), maker)
    for pattern, maker in (
        (r"SM-|GT-", "Samsung"),
        (r"RMX\d{4}", "realme"),
        (r"CPH\d{4}", "OPPO"),
        (r"(?:AC|BE|DN|EB|GM|HD|IN|IV|KB|LE|NE)\d{4}", "OnePlus"),
        (r"M?2\d{3,8}[A-Z]", "Xiaomi"),
        (r"V\d{4}A?$", "vivo"),
        (r"LM-|LG-", "LG"),
        (r"XQ-|SO-\d", "Sony"),
        (r"XT\d{4}", "Motorola"),
        (r"TA-\d{4}", "Nokia"),
        (r"TB-?[X\d]", "Lenovo"),
    )
)
_SPELLINGS = {"Oppo": "OPPO", "XiaoMi": "Xiaomi", "Asus": "ASUS"}
_SAMSUNG = re.compile(r"(?:SM|GT)-([A-Z]\d{3,4})")
_FIRE = re.compile(r"KF[A-Z]{2,6}$")
_TABLET = re.compile(r"SM-[PTX]|KF[A-Z]+$|Nexus (?:7|9|10)\b|(?:Lenovo )?TB-|.*(?i:tab|tablet|(?<!cool)pad)\b")

# Patterns that find a model. Every repetition is bounded, so that the time is linear in the length of the text.
_LOCALE = r"[a-z]{2}(?:[-_]\w{2,4}){0,2}"
_MODEL = r"((?:[^;()]|\([^;()]{0,20}\)){1,60}?)"
_MODELS = (
    re.compile(r"\b((?:SM|GT)-[A-Z]\d{3,4}[A-Z\d]{0,4}|KF[A-Z]{2,6}\b)"),
    re.compile(rf"Android[ \d.]{{0,12}}; ?(?:HarmonyOS; ?)?(?:{_LOCALE}; ?)?{_MODEL}(?: Build/|[;)])"),
    re.compile(rf"\dx\d{{2,5}}; [^;]{{1,30}}; {_MODEL};"),  # Instagram: screen; maker; model
    re.compile(rf"Android/\d{{1,3}} \({_MODEL}\)"),  # Spotify
    re.compile(rf"\(Mobile; {_MODEL};"),  # KaiOS
)
_NO_MODEL = re.compile(rf"K|Mobile|Tablet|wv|SDK.*|rv:.*|{_LOCALE}")
_NAME = re.compile(r"[^\W_][\w .,()+!'&^-]{0,31}")

# Televisions, consoles and similar devices, searched in the lower-case text.
SET_TOPS = _pairs("""
    playstation 5=PlayStation 5, playstation 4=PlayStation 4, playstation 3=PlayStation 3,
    playstation vita=PlayStation Vita, playstation portable=PlayStation Portable,
    nintendo switch=Nintendo Switch, nintendo 3ds=Nintendo 3DS, nintendo wiiu=Nintendo Wii U,
    nintendo wii=Nintendo Wii, nintendo ds=Nintendo DS, xbox series x=Xbox Series X,
    xbox one=Xbox One, ; xbox=Xbox, appletv=Apple TV, (apple tv;=Apple TV, roku/=Roku,
    crkey=Chromecast, ; aft=Fire TV, bravia=Sony TV, web0s=LG TV, webos.tv=LG TV, netcast=LG TV,
    smart-tv; linux; tizen=Samsung TV, smarttv; linux; tizen=Samsung TV, samsung;smarttv=Samsung TV,
    viera=Panasonic TV, vizio=Vizio TV, shield android tv=NVIDIA Shield, mibox=Mi Box,
    android tv=Android TV, googletv=Google TV, google tv=Google TV, hbbtv=Smart TV, nettv=Smart TV,
    smart-tv=Smart TV, smarttv=Smart TV, tesla/=Tesla""")
# Browsers to display on such devices. Others are only the built-in engine.
SET_TOP_BROWSERS = frozenset(
    _items("Edge, Firefox, Internet Explorer, LG Browser, Meta Quest Browser, Samsung Internet, Silk")
)

# Browsers based on Chrome or Safari that ua-parser does not recognize or names differently.
BRANDS = _pairs("""
    HeadlessChrome=Headless Chrome, PhantomJS, SlimerJS, Cypress, Playwright,
    Orca-Android=Messenger, FB_IAB/MESSENGER=Messenger, MicroMessenger=WeChat, LinkedInApp=LinkedIn,
    NAVER(=Naver, AlipayClient=Alipay, DingTalk, baiduboxapp=Baidu, Barcelona=Threads,
    BingSapphire=Bing, MiuiBrowser=MIUI Browser, LG Browser, KAIOS=KaiOS Browser,
    Focus/=Firefox Focus, Klar/=Firefox Klar, LibreWolf, Falkon, NetSurf, ArcMobile=Arc,
    Ddg/=DuckDuckGo""")
AUTOMATA = frozenset(_items("Cypress, Headless Chrome, PhantomJS, Playwright, SlimerJS"))
TEXT_BROWSERS = frozenset(_items("Dillo, ELinks, Links, Lynx, NetSurf, w3m"))

# Display names for browser families of ua-parser. The last lines are words that advertising software added to
# Chrome's User-Agent, and that ua-parser takes for browsers.
FAMILIES = dict(
    _pairs(f"""
    Amazon Silk=Silk, Apple Mail={APP}, BlackBerry=BlackBerry Browser,
    BlackBerry WebKit=BlackBerry Browser, CFNetwork={APP}, Chrome Mobile=Chrome,
    Chrome Mobile WebView={APP}, Chrome Mobile iOS=Chrome, DuckDuckGo Mobile=DuckDuckGo,
    Ecosia Android=Ecosia, Ecosia iOS=Ecosia, Edge Mobile=Edge, Facebook Messenger=Messenger,
    Firefox Alpha=Firefox, Firefox Beta=Firefox, Firefox Mobile=Firefox, Firefox iOS=Firefox,
    Google=Google app, IE=Internet Explorer, IE Large Screen=Internet Explorer,
    IE Mobile=Internet Explorer, MiuiBrowser=MIUI Browser, Mobile Safari=Safari,
    Mobile Safari UI/WKWebView={APP}, Oculus Browser=Meta Quest Browser, Opera Mobile=Opera,
    Opera Tablet=Opera, Opera Touch=Opera, QQ Browser Mini=QQ Browser, QQ Browser Mobile=QQ Browser,
    Slack Desktop Client=Slack, VivoBrowser=vivo Browser, WeChat Browser=WeChat,
    WebKit Nightly=Safari,
    AtContent=Chrome, Agency=Chrome, Config=Chrome, Herring=Chrome, LikeWise=Chrome, Trailer=Chrome,
    Unique=Chrome, Viewer=Chrome""")
)
# Electron applications whose User-Agent has another word than their name.
ELECTRON_NAMES = dict(_pairs("AtomShell=Slack, Code=Visual Studio Code, Teams=Microsoft Teams, discord=Discord"))

SYSTEMS = dict(_pairs("Mac OS X=macOS, Mac OS=macOS, Chrome OS=ChromeOS, Web0S=webOS"))
COMPUTERS = frozenset(
    _items("""
    Windows, macOS, ChromeOS, Linux, Arch Linux, BackTrack, CentOS, Debian, Fedora, Gentoo, Kubuntu,
    Linux Mint, Lubuntu, Mageia, Mandriva, openSUSE, PCLinuxOS, Puppy, Red Hat, Slackware, SUSE,
    Ubuntu, BSD, FreeBSD, NetBSD, OpenBSD, SerenityOS, Solaris""")
)
PHONE_SYSTEMS = frozenset(
    _items("""
    Bada, BlackBerry OS, Firefox OS, KaiOS, Maemo, MeeGo, Nokia Series 30 Plus, Nokia Series 40,
    Sailfish, Symbian OS, Symbian^3, Symbian^3 Anna, Symbian^3 Belle, Tizen, webOS, Windows Mobile,
    Windows Phone""")
)
# Versions that are not displayed, because later releases report them too: Windows 11 reports 10, macOS since Big Sur
# 10.15 (or 10.16), ChromeOS a build of 2022.
FROZEN_VERSIONS = frozenset({("Windows", "10"), ("macOS", "10.15"), ("macOS", "10.16"), ("ChromeOS", "14541.0")})

# Programs by the first word of their User-Agent, in lower case.
PROGRAMS = dict(
    _pairs("""
    aiohttp, apache-httpclient=Apache HttpClient, aria2, axios, bruno-runtime=Bruno, bun=Bun, curl,
    dart=Dart, deno=Deno, faraday=Faraday, go=Go, go-http-client=Go, got, guzzlehttp=Guzzle,
    httpie=HTTPie, insomnia=Insomnia, java=Java, java-http-client=Java, k6, libwww-perl,
    node=Node.js, node-fetch, node-superagent=SuperAgent, okhttp=OkHttp, postmanruntime=Postman,
    powershell=PowerShell, python=Python, python-httpx=HTTPX, python-requests=Python Requests,
    python-urllib=Python urllib, python-urllib3=urllib3, reqwest, rest-client, restsharp=RestSharp,
    ruby=Ruby, scrapy=Scrapy, symfony=Symfony HttpClient, thunder=Thunder Client, undici, wget=Wget,
    wget2=Wget, xh""")
)
# Programs whose User-Agent starts like a browser's.
DISGUISED_PROGRAMS = _pairs("PowerShell/=PowerShell, jsdom/=jsdom")

# Bots that ua-parser does not recognize or whose User-Agent has another word than their name.
BOTS = _pairs("""
    Mediapartners-Google, Chrome-Lighthouse=Lighthouse, Pingdom, facebookexternalhit,
    meta-externalagent, meta-externalfetcher""")
# Words that are part of a bot's name or URL, but not a name alone.
NOT_BOTS = frozenset(_items("bot, crawl, crawler, crawling, other, robot, robots, spider"))


def find(text: str, pairs: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """Return the first pair whose first item is in the text."""
    return next((pair for pair in pairs if pair[0] in text), None)


def plausible_name(name: str | None) -> str | None:
    """Return the text if it can be a name; None for sentences, URLs, markup and invisible text."""
    return name if name and _NAME.fullmatch(name) and is_visible(name) else None


def find_model(text: str) -> str | None:
    """Return the model in a User-Agent. None when its position contains a locale, a `K` or a sentence."""
    for pattern in _MODELS:
        match = pattern.search(text)
        model = match[1].replace("_", " ").strip().removeprefix("SAMSUNG ") if match else ""
        if plausible_name(model) and not _NO_MODEL.fullmatch(model):
            return model
    return None


def model_name(model: str, brand: str | None) -> str:
    """Return the product name of a model, or else its maker and code."""
    samsung = _SAMSUNG.match(model)
    if samsung and (galaxy := _GALAXY.get(samsung[1]) or _GALAXY.get(samsung[1][:4])):
        return galaxy
    if _FIRE.match(model):
        return "Fire tablet"
    if " " in model or any(letter.islower() for letter in model):
        return model.replace("ONEPLUS ", "OnePlus ")
    return _PRODUCT_NAMES.get(model) or _with_maker(model, brand)


def _with_maker(model: str, brand: str | None) -> str:
    parsed = _SPELLINGS.get(brand or "", brand)
    maker = next((name for pattern, name in _MAKERS if pattern.match(model)), parsed)
    is_complete = maker is None or model.casefold().startswith(maker.casefold())
    return model if is_complete else f"{maker} {model}"


def is_tablet(model: str) -> bool:
    """Whether the name of a model is a tablet's. Some tablets send the User-Agent of a phone otherwise."""
    return _TABLET.match(model) is not None
