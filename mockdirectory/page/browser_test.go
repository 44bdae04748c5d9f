package page_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// window is a tab of a real browser, which notes what it should not do.
type window struct {
	*house
	ctx context.Context

	mu       sync.Mutex
	troubles []string
}

// chromium finds a browser. Without one the test is skipped, unless the environment says that
// there has to be one.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("BROWSER_TESTS") == "required" {
		t.Fatal("BROWSER_TESTS: expected chromium on the PATH, found none")
	}
	t.Skip("no chromium on the PATH; BROWSER_TESTS=required makes this a failure")
	return ""
}

// browse opens a browser of its own at a directory.
func browse(t *testing.T) *window {
	t.Helper()
	path := chromium(t)
	h := open(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-dev-shm-usage", true),
		// What asked another host for anything would not get it either.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"),
	)
	bounded, cancelBound := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancelBound)
	allocator, cancelAllocator := chromedp.NewExecAllocator(bounded, options...)
	t.Cleanup(cancelAllocator)
	w := &window{house: h}
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithListener(w.note))
	w.ctx = ctx
	w.do() // starts the browser
	t.Cleanup(func() {
		require.NoError(t, chromedp.Cancel(ctx))
		cancel()
	})
	return w
}

// note collects what goes wrong: errors of the console, exceptions, and requests to another host.
func (w *window) note(event any) {
	trouble := ""
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			trouble = fmt.Sprintf("console: %v", e.Args)
		}
	case *runtime.EventExceptionThrown:
		trouble = "exception: " + e.ExceptionDetails.Text
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			trouble = "log: " + e.Entry.Text + " " + e.Entry.URL
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err != nil || u.Scheme != "data" && "http://"+u.Host != w.manage.URL {
			trouble = "request: " + e.Request.URL
		}
	}
	if trouble != "" {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.troubles = append(w.troubles, trouble)
	}
}

func (w *window) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.ctx, steps...))
}

// ask runs what has an answer.
func ask[T any](w *window, a chromedp.Action[T]) T {
	w.t.Helper()
	answer, err := chromedp.Run(w.ctx, a)
	require.NoError(w.t, err)
	return answer
}

// says evaluates an expression that is true or false.
func (w *window) says(expression string) bool {
	w.t.Helper()
	return ask(w, chromedp.Evaluate[bool](expression))
}

// until waits for an expression to become true.
func (w *window) until(expression string) {
	w.t.Helper()
	ask(w, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(20*time.Second)))
}

func (w *window) visit(path string) {
	w.t.Helper()
	w.do(chromedp.Navigate(w.manage.URL+path), chromedp.WaitReady(chromedp.CSS("footer")))
}

// tabTo goes by Tab until the element has the focus.
func (w *window) tabTo(selector string) {
	w.t.Helper()
	for range 150 {
		w.do(chromedp.KeyEvent(kb.Tab))
		if w.says(fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
			w.focusShows(selector)
			return
		}
	}
	w.t.Fatalf("expected %s among what Tab reaches", selector)
}

// focusShows wants an outline around what has the focus.
func (w *window) focusShows(selector string) {
	w.t.Helper()
	require.Equal(w.t, "solid", ask(w, chromedp.Evaluate[string](`getComputedStyle(document.activeElement).outlineStyle`)), "the focus is seen on %s", selector)
}

// press types into what has the focus. Enter follows a link, presses a button or sends a form.
func (w *window) press(keys string) { w.t.Helper(); w.do(chromedp.KeyEvent(keys)) }

// enter sends and waits for the page after. While one page goes and another comes,
// questions about either may fail: they are asked again.
func (w *window) enter(until string) {
	w.t.Helper()
	w.press(kb.Enter)
	expression := fmt.Sprintf(`document.readyState === "complete" && document.querySelector(%q) !== null`, until)
	require.Eventually(w.t, func() bool {
		there, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool](expression))
		return err == nil && there
	}, 20*time.Second, 20*time.Millisecond, "the page has %s", until)
}

// download follows a link to a file by keyboard and returns the file's text.
func (w *window) download(link string) string {
	w.t.Helper()
	folder := w.t.(*testing.T).TempDir()
	_, err := chromedp.CallBrowser(w.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder,
	})
	require.NoError(w.t, err)
	w.tabTo(link)
	w.press(kb.Enter)
	var text []byte
	require.Eventually(w.t, func() bool {
		files, _ := filepath.Glob(filepath.Join(folder, "*.jwt"))
		if len(files) == 1 {
			text, _ = os.ReadFile(files[0])
		}
		return len(text) > 0
	}, 20*time.Second, 20*time.Millisecond)
	return string(text)
}

func (w *window) text(selector string) string {
	w.t.Helper()
	return ask(w, chromedp.Text(chromedp.CSS(selector)))
}

// quietSoFar wants nothing of what note collects.
func (w *window) quietSoFar(except ...string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	left := slices.DeleteFunc(slices.Clone(w.troubles), func(trouble string) bool {
		return slices.ContainsFunc(except, func(part string) bool { return strings.Contains(trouble, part) })
	})
	require.Empty(w.t, left)
}

// shoot writes a picture, if pictures are wanted.
func (w *window) shoot(name string) {
	w.t.Helper()
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	png := ask(w, chromedp.FullScreenshot(100))
	require.NoError(w.t, os.MkdirAll(folder, 0o755))
	require.NoError(w.t, os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600))
}

func (w *window) size(width int64, scheme string) {
	w.t.Helper()
	w.do(chromedp.EmulateViewport(width, 800))
	_, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	require.NoError(w.t, err)
}

// A tester's whole way by keyboard alone: enrol, software, statement, knob, and a fetch that
// appears without a reload.
func TestByKeyboardInABrowser(t *testing.T) {
	t.Parallel()
	w := browse(t)
	w.size(1280, "light")
	w.visit("/")
	w.press(kb.Tab)
	require.True(t, w.says(`document.activeElement.matches(".skip") && document.activeElement.getBoundingClientRect().left >= 0`), "the skip link comes first and is seen")
	w.tabTo(`header a[href="/ui/organisations"]`)
	w.enter("#enrol")
	w.tabTo("#enrol-OrganisationName")
	w.press("Key & Board <b>Ltd</b>")
	w.tabTo("#enrol-AuthorityId")
	w.press("FCAGBR")
	w.tabTo(`#enrol input[value="AISP"]`)
	w.press(" ")
	w.tabTo("#enrol button.main")
	w.enter("#enrol-software")
	require.Equal(t, "Key & Board <b>Ltd</b>", w.text("h1"))
	require.Contains(t, w.text("#done"), "enrolled")

	w.tabTo("#enrol-software-ClientName")
	w.press("Budgets")
	w.tabTo("#enrol-software-RedirectUri")
	w.press("not a uri")
	w.tabTo("#enrol-software button.main")
	w.enter(".notice.bad")
	require.Contains(t, w.text(".notice.bad"), "RedirectUri: expected an absolute URI")
	require.True(t, w.says(`document.activeElement.id === "enrol-software-RedirectUri" && document.activeElement.value === "not a uri"`), "the focus is where the mistake is, and nothing typed is lost")
	w.shoot("refused")
	w.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	w.press("https://tpp.example/cb")
	w.tabTo(`#enrol-software button[value="curl"]`)
	w.enter("#enrol-software-curl")
	require.True(t, w.says(`document.activeElement.id === "enrol-software-curl"`), "the command that was asked for has the focus")
	w.shoot("curl")
	w.tabTo("#enrol-software-ClientName")
	w.enter("#statement") // Enter in a field does it, and does not ask for the command
	require.Equal(t, "Budgets", w.text("h1"))

	w.tabTo("#statement button.main")
	w.enter("#token")
	require.Contains(t, w.text("section[aria-labelledby=decoded] pre:last-of-type"), `"software_client_name": "Budgets"`)
	require.Len(t, strings.Split(w.text("#token"), "."), 3)
	require.Equal(t, w.text("#token"), w.download("a[download]"), "the file has the token as it is")

	w.tabTo(`.trail li:last-child a`)
	w.enter("#certificate")
	w.tabTo("section[aria-labelledby=its-certificates] summary")
	w.press(kb.Enter)
	w.tabTo("#certificate-key")
	w.press("make me an EC")
	w.tabTo("#certificate button.main")
	w.enter("#private")
	require.Contains(t, w.text("#private"), "BEGIN PRIVATE KEY")
	w.shoot("issued")

	w.tabTo(`header a[href="/ui/knobs"]`)
	w.enter("#turn")
	w.tabTo("#turn-knob")
	w.press("outage")
	w.tabTo("#turn-endpoint")
	w.press("health")
	w.tabTo("#turn button.main")
	w.enter("#clear")
	require.Equal(t, "outage", w.panel.List()[0].Knob)
	require.Equal(t, "health", w.panel.List()[0].Endpoint)

	w.tabTo(`header a[href="/ui/fetches"]`)
	w.enter("#fetch-rows")
	w.until(`document.getElementById("live").textContent === "Live."`)
	require.True(t, w.says(`window.unchanged = true`))
	orgs, _ := w.desk.Registry.Organisations(0, 1)
	software, _, err := w.desk.Registry.SoftwareOf(orgs[0].ID, 0, 1)
	require.NoError(t, err)
	keys := "/" + orgs[0].ID + "/" + software[0].ID + ".jwks"
	w.fetch(keys, "bank under test <i>")
	w.do(chromedp.WaitVisible(chromedp.CSS("#fetch-rows tr.keys")))
	require.Contains(t, w.text("#fetch-rows tr.keys"), keys)
	require.Contains(t, w.text("#fetch-rows tr.keys"), "bank under test <i>")
	require.Contains(t, w.text("#key-fetches"), "keys of Budgets: fetched 1 time in 1 minute")
	require.Contains(t, w.text("#live"), "1 new fetch")
	require.True(t, w.says(`window.unchanged === true`), "the page was not loaded anew")
	w.tabTo("#pause")
	w.press(kb.Enter)
	w.fetch("/healthz", "probe")
	w.until(`document.getElementById("live").textContent.startsWith("Paused; ")`)
	require.NotContains(t, w.text("#fetch-rows"), "/healthz")
	w.press(kb.Enter)
	require.Contains(t, w.text("#fetch-rows"), "/healthz")
	w.quietSoFar("400 (Bad Request)") // the refusal above
}

// Every page at both widths and in both schemes, filled with what there can be.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	w := browse(t)
	org, soft := w.member()
	w.populate(org, soft)
	for _, p := range []struct{ name, path string }{
		{"overview", "/ui/"}, {"organisations", "/ui/organisations"}, {"organisation", organisationPath(org)},
		{"software", softwarePath(soft)}, {"statement", softwarePath(soft) + "/statement?malformation=statement-iss-wrong"},
		{"knobs", "/ui/knobs?knob=latency"}, {"fetches", "/ui/fetches"},
	} {
		for _, v := range []struct {
			width  int64
			scheme string
		}{{1280, "light"}, {1280, "dark"}, {400, "light"}, {400, "dark"}} {
			w.size(v.width, v.scheme)
			w.visit(p.path)
			w.says(`document.querySelectorAll("details").forEach((d) => { d.open = true; }), true`)
			w.fits(p.name, v.width)
			w.readable(p.name + " " + v.scheme)
			w.shoot(fmt.Sprintf("%s-%d-%s", p.name, v.width, v.scheme))
		}
	}
	w.quietSoFar()
}

// fits wants no horizontal scroll of the page. Tables may have their own.
func (w *window) fits(name string, width int64) {
	w.t.Helper()
	require.Equal(w.t, width, ask(w, chromedp.Evaluate[int64](`innerWidth`)))
	require.LessOrEqual(w.t, ask(w, chromedp.Evaluate[int64](`document.scrollingElement.scrollWidth`)), width, "%s at %d: %v", name, width,
		ask(w, chromedp.Evaluate[[]string](`[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth && !e.closest(".scroll"))
			.map((e) => e.tagName + "." + e.className + "#" + e.id)`)))
}

// readable wants the contrast that WCAG 2.2 section 1.4.3 asks for, of all text that is seen.
func (w *window) readable(name string) {
	w.t.Helper()
	poor := ask(w, chromedp.Evaluate[[]string](`(() => {
		const parse = (c) => (c.match(/[\d.]+/g) || []).map(Number);
		const light = ([r, g, b]) => [r, g, b].map((v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; })
			.reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
		const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
		const poor = new Set();
		for (const e of document.querySelectorAll("body *")) {
			if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !e.offsetParent) continue;
			const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));
			const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
			if (ratio < 4.5) poor.add(e.tagName + "." + e.className + " " + ratio.toFixed(2));
		}
		return [...poor];
	})()`))
	require.Empty(w.t, poor, name)
}
