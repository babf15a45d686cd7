"""What a client of the kernel may ask, and what it must be told."""
import os
import signal
import tempfile
import time
import unittest

from jupyter_client import KernelManager

# How long an answer may take on a slow machine that does other work, too.
PATIENCE = 180


class Conversation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.km = KernelManager(kernel_name="gomyogen")
        cls.km.start_kernel()
        cls.kc = cls.client()

    @classmethod
    def tearDownClass(cls):
        cls.kc.stop_channels()
        cls.km.shutdown_kernel()

    @classmethod
    def client(cls):
        kc = cls.km.client()
        kc.start_channels()
        kc.wait_for_ready(timeout=PATIENCE)
        return kc

    def published(self, request, until="idle", kc=None):
        """Returns what is published for a request until its kernel is idle."""
        all = []
        while True:
            m = (kc or self.kc).get_iopub_msg(timeout=PATIENCE)
            if m["parent_header"].get("msg_id") == request:
                all.append(m)
                if m["msg_type"] == "status" and m["content"]["execution_state"] == until:
                    return all

    def reply(self, request, kc=None):
        while True:
            m = (kc or self.kc).get_shell_msg(timeout=PATIENCE)
            if m["parent_header"]["msg_id"] == request:
                return m["content"]

    def run_cell(self, code, **options):
        """Runs a cell; returns its reply, standard output, standard error, and the rest that it published by type."""
        request = self.kc.execute(code, **options)
        all = self.published(request)
        streams = {"stdout": "", "stderr": ""}
        for m in all:
            if m["msg_type"] == "stream":
                streams[m["content"]["name"]] += m["content"]["text"]
        by_type = {}
        for m in all:
            by_type.setdefault(m["msg_type"], []).append(m["content"])
        return self.reply(request), streams["stdout"], streams["stderr"], by_type

    def prints(self, code, want, **options):
        reply, out, err, _ = self.run_cell(code, **options)
        self.assertEqual((reply["status"], out), ("ok", want), (reply, err))

    def shows(self, code, want):
        reply, out, err, rest = self.run_cell(code)
        self.assertEqual(reply["status"], "ok", (reply, err))
        self.assertEqual([r["data"]["text/plain"] for r in rest.get("execute_result", [])], want)

    def fails(self, code, *want):
        reply, out, err, rest = self.run_cell(code)
        self.assertEqual(reply["status"], "error", (code, out, err))
        said = "\n".join([err, reply["evalue"]] + reply["traceback"])
        for part in want:
            self.assertIn(part, said)
        for part in ("/tmp/", "gonb_", "exit status", "expected declaration"):
            self.assertNotIn(part, said)
        self.assertEqual(rest["error"][0]["evalue"], reply["evalue"])
        return said

    def waits(self, then):
        """Returns the code of a cell that says that it is here and waits for what release ends, and does then."""
        return 'fmt.Println("here")\nfor os.Remove("go") != nil {\n\ttime.Sleep(20 * time.Millisecond)\n}\n' + then

    def release(self):
        """Lets the cell that waits go on, once the kernel has all that it was asked."""
        self.reply(self.kc.is_complete("1"))
        with open("go", "x"):
            pass

    def test_a_cell_is_go(self):
        self.prints('fmt.Println("hello")', "hello\n")
        self.prints('import "fmt"\n\nvar kept = 41\n\nfmt.Println(kept + 1)', "42\n")
        self.shows("kept", ["41"])
        self.prints("%%\nfmt.Println(1)\n%%\nfmt.Println(2)", "1\n2\n")
        self.prints("import \"fmt\"\r\n%%\r\nfmt.Println(3)\r\n", "3\n")
        self.prints('fmt.Print(`a\n!echo no\n%%\n%env A=b\npackage x\n`)', "a\n!echo no\n%%\n%env A=b\npackage x\n")
        self.prints("!echo shell\nfmt.Println(`go`)", "shell\ngo\n")
        self.prints("%%bash\necho bash", "bash\n")
        self.prints("\ufefffmt.Println(4)", "4\n")
        self.prints("\ufeff%%bash\necho mark", "mark\n")

    def test_values(self):
        self.run_cell("func two() (int, error) { return 2, nil }\nfunc none() {}\nfunc failing() (int, error) { return 0, errors.New(`no\nway`) }\ntype point struct{ X, Y int }")
        for code, want in {
            "1 + 2": ["3"], "two()": ["2"], "none()": [], "errors.New(`no\nway`)": ["error: no; way"], "_, err := failing()\nerr": ["error: no; way"], "_ = 1": [], "fmt.Print()": [], "point{1, 2}": ["{X:1 Y:2}"],
            "x := 3\nx": ["3"], "x := 3\nx++": [], '"a\\tb"': ["a\tb"], "len(os.Args)": ["1"], "os.Chdir(`.`)": [], "var b strings.Builder\nb.WriteString(`a`)": [],
            "// only a comment\ntwo() // here": ["2"], "func() {}()": [], "if true {\n}": [], "two": ["func() (int, error)"], "nil": ["nil"], "err := error(nil)\nerr": ["nil"],
        }.items():
            self.shows(code, want)

    def test_an_error_of_the_last_call_fails_the_cell(self):
        self.run_cell("func failing() (int, error) { return 0, errors.New(`no way`) }")
        self.run_cell('import "gomyogen/kernel"\n\nfunc checking() { kernel.Check(errors.New("no way")) }')
        self.assertRegex(self.run_cell("\nchecking()")[0]["evalue"], r"^Cell\[\d+\]:2: no way$")
        first = self.kc.execute(self.waits("\nfailing()"))
        behind = self.kc.execute("fmt.Println(1)")
        self.release()
        self.assertRegex(self.reply(first)["evalue"], r"^Cell\[\d+\]:6: no way$")
        self.assertEqual(self.reply(behind)["status"], "aborted")
        self.published(behind)
        self.fails('import "gomyogen/kernel"\n\nkernel.Check(nil)\nos.Chdir("/no/such/folder")', "]:4: chdir /no/such/folder: no such file or directory")

    def test_names_that_are_declared_anew(self):
        self.run_cell("var left, right = func() (int, int) { return 1, 2 }()")
        before = self.run_cell("0")[0]["execution_count"] - 1
        self.shows("var left = 10\nleft", ["10"])
        self.fails("right", "undefined: right; cell [%d] declared it together with left, which cell [%d] has replaced" % (before, before + 2))
        self.shows("var right = 5\nleft + right", ["15"])
        for code, then, want in [("func left() int { return rand.Intn(1) + 3 }", "left()", "3"), ("type left struct{ X int }\n\nfunc (l left) Area() int { return l.X }", "left{4}.Area()", "4"),
                                 ("const left = 5", "left", "5"), ("var left, other = func() (int, int) { return 6, 7 }()", "left", "6"), ("func left() int { return 8 }", "left() + other", "15")]:
            self.shows(code + "\n" + then, [want])
            self.shows(then, [want])
        self.fails("const right = 1\nmissing", "undefined: missing")
        self.shows("right", ["5"])
        self.run_cell("type pulse struct{ Width, Depth int }\n\nfunc (p pulse) Area() int { return p.Width * p.Depth }")
        self.fails("type pulse struct{ Width int }", "p.Depth undefined", "changes what this line uses: change both in one cell")
        self.shows("type pulse struct{ Width int }\n\nfunc (p pulse) Area() int { return p.Width }\n\npulse{2}.Area()", ["2"])

    def test_init(self):
        note = "func init also runs at the start of each later cell"
        self.assertIn(note, self.run_cell("var squares [4]int\n\nfunc init() {\n\tfor i := range squares {\n\t\tsquares[i] = i * i\n\t}\n}\n\nfunc init() { squares[0] = 7 }")[2])
        reply, out, err, rest = self.run_cell("squares[3] + squares[0]")
        self.assertEqual((rest["execute_result"][0]["data"]["text/plain"], err), ("16", ""))
        # another cell adds its own; the same cell, run again, replaces its own
        for text, want in ("squares[3] = 1", "8"), ("squares[3] = 2", "9"):
            m = self.kc.session.msg("execute_request", {"code": "func init() { %s }" % text})
            m["metadata"]["cellId"] = "init"
            self.kc.shell_channel.send(m)
            self.assertEqual(self.reply(m["header"]["msg_id"])["status"], "ok")
            self.shows("squares[3] + squares[0]", [want])
        for code, what in ('func init() { panic("ah") }', "where func init of cell"), ("var squares = strings.Repeat(`a`, -1)", "where a variable of cell"):
            self.run_cell("%reset")
            self.fails(code, "]:1 +0x")
            self.fails("fmt.Println(1)", what, "change that cell and run it again")
        self.run_cell("%reset")

    def test_mistakes(self):
        self.run_cell("func half(x int) int { return x / 2 }\ntype axis struct{ Label string }\nconst (\n\tseed = 1\n\tduration = 15\n)")
        self.fails("x := 1\nfmt.Println(halv(x))", "line 2", "undefined: halv; did you mean half?")
        self.fails("fmt.Printn(1)", "undefined: fmt.Printn; did you mean Print")
        self.fails("_ = axis{Lable: `a`}", "unknown field Lable", "did you mean Label?")
        self.fails("_ = axis{}.Labl", "did you mean Label?")
        self.fails("for {", "{ is not closed")
        self.fails('import "C"', "cgo")
        self.fails("import numpy as np", "Go kernel", "Python")
        self.fails("%%\ndef f(x):\n    return x", "Go kernel", "Python")
        self.fails("library(stats)", "undefined: library", "looks like R.")
        self.fails("x <- c(1, 2)", "undefined: x", "looks like R.")
        self.assertNotIn("looks like", self.fails("ch := make(chan int)\nch <- 1\nmissing", "undefined: missing"))
        self.fails('\nimport "nmath"', "line 2", 'there is no package nmath; did you mean "math"')
        self.fails('import "example.org/a/b"', "no module on this machine has the package example.org/a/b")
        self.prints('x := []string{"b", "a"}\nimport (\n\t"sort"\n\tm "math"\n)\nsort.Strings(x)\nimport "strings"\nfmt.Println(strings.Join(x, ","), m.Sqrt(4))', "a,b 2\n")
        self.fails("x := 1", "declared and not used: x")
        self.run_cell("lost := 1\n_ = lost")
        self.fails("fmt.Println(lost)", "undefined: lost", "var lost = ")
        self.fails('panic("ah")', "panic: ah", "]:1 +0x", "panicked")
        self.fails('go func() {\n\tpanic("ah")\n}()\ntime.Sleep(time.Hour)', "]:2 +0x")
        self.fails("type broken struct{ X missing }", "undefined: missing")
        failed = self.run_cell("0")[0]["execution_count"] - 1
        self.fails("_ = broken{}", "undefined: broken; cell [%d], which declares it, failed: run that first" % failed)
        self.run_cell("type broken struct{}")
        self.shows("broken{}", ["{}"])
        self.prints("%env A B\n_, file, line, _ := runtime.Caller(0)\nfmt.Println(file, line)", 'Set: A="B"\nCell[%d] 2\n' % (self.run_cell("0")[0]["execution_count"] + 1))
        self.assertRegex(self.run_cell("log.SetFlags(log.Lshortfile)\n\nlog.Print(`a`)")[2], r"^Cell\[\d+\]:3: a\n$")
        out = self.run_cell('func TestA(t *testing.T) {\n\tt.Error("no")\n}\n%test')[1]
        self.assertRegex(out, r"Cell\[\d+\]:2: no\n")
        self.fails("os.Exit(3)", "ended with status 3")
        self.run_cell("const seed = 2")
        self.shows("seed + duration", ["17"])
        self.run_cell('import . "strings"\n\nFields("a b")')
        self.prints("fmt.Println(1)", "1\n")
        self.shows('Fields("a b")', ["[a b]"])
        # What is imported for its effect alone stays, however much of it there is.
        self.run_cell('import (\n\t_ "image/png"\n\t_ "image/gif"\n)')
        self.run_cell('import _ "image/jpeg"')
        self.prints('import "image"\n\nfor _, head := range []string{"\\x89PNG\\r\\n\\x1a\\n", "GIF89a", "\\xff\\xd8"} {\n\t_, _, err := image.Decode(strings.NewReader(head))\n\tfmt.Println(err == image.ErrFormat)\n}', "false\n" * 3)
        self.fails('x := 1 + strconv.Atoi("1")\n_ = x', "Line 1", "kernel.Must(strconv.Atoi(")
        self.fails('x := strconv.Atoi("1")\n_ = x', "Line 1", "assignment mismatch", "kernel.Must(strconv.Atoi(")
        self.run_cell('import "math"')
        self.prints("fmt.Println(1)", "1\n")

    def test_names_of_go_itself(self):
        # What the kernel adds to a cell needs none of the names that a notebook may declare.
        self.run_cell("var len, flag, nothing = 3, 4, 5\nvar error = 6")
        self.shows("len + flag + error", ["13"])
        self.fails("func(x int) int { panic(x) }(len)", "panic: 3", "]:1 +0x")
        self.run_cell("%rm len flag error")
        self.assertNotIn("gonb_", self.run_cell("%% -a\n1")[2])
        once = self.run_cell("var _ = func() int { fmt.Println(`once`); return 1 }()")
        self.assertEqual(once[1], "once\n")
        self.prints("fmt.Println(2)", "2\n")

    def test_ends(self):
        for code, *want in [("var m map[string]int\nm[`a`] = 1", "panic: assignment to entry in nil map", "]:2 +0x", "panicked"), ("ch := make(chan int)\n<-ch", "all goroutines are asleep - deadlock!", "]:2 +0x"),
                            ("runtime.Goexit()", "no goroutines (main called runtime.Goexit) - deadlock!"), ("log.Fatal(`fatal`)", "fatal", "ended with status 1"), ("var p *struct{ X int }\np.X", "nil pointer dereference", "]:2 +0x")]:
            self.fails(code, *want)
        self.prints("go func() {\n\tfor {\n\t\ttime.Sleep(time.Millisecond)\n\t}\n}()\ndefer fmt.Println(`deferred`)\nos.Stdout.WriteString(`no line end `)", "no line end deferred\n")
        self.prints("os.Exit(0)", "")
        self.assertEqual(len(self.run_cell("fmt.Print(strings.Repeat(`0123456789\n`, 1_000_000))")[1]), 11_000_000)

    def test_input(self):
        request = self.kc.execute("var name string\nfmt.Print(`name? `)\nfmt.Scanln(&name)\nfmt.Println(`hello`, name)\nfmt.Scanln(&name)\nfmt.Println(`and`, name)", allow_stdin=True)
        for value in "Ada", "Bob":
            asked = self.kc.get_stdin_msg(timeout=PATIENCE)
            self.assertEqual(asked["msg_type"], "input_request")
            self.assertEqual(asked["parent_header"]["msg_id"], request)
            self.kc.input(value)
        self.assertEqual(self.reply(request)["status"], "ok")
        out = "".join(m["content"]["text"] for m in self.published(request) if m["msg_type"] == "stream")
        self.assertEqual(out, "name? hello Ada\nand Bob\n")
        self.prints("b, err := io.ReadAll(os.Stdin)\nfmt.Println(len(b), err)", "0 <nil>\n", allow_stdin=False)
        self.prints("_, err := fmt.Scanln(new(int))\nfmt.Println(err)", "EOF\n", allow_stdin=False)
        self.fails_without_input("import \"syscall\"\n\nsyscall.Read(0, make([]byte, 1))")

    def fails_without_input(self, code):
        reply, _, _, _ = self.run_cell(code, allow_stdin=False)
        self.assertIn("standard input", reply.get("evalue", ""))

    def wait_for(self, text, kc=None):
        while True:
            m = (kc or self.kc).get_iopub_msg(timeout=PATIENCE)
            if m["msg_type"] == "stream" and text in m["content"]["text"]:
                return

    def test_an_error_aborts_what_waits(self):
        first = self.kc.execute(self.waits("os.Exit(1)"))
        behind = [self.kc.execute("fmt.Println(1)") for _ in range(3)]
        self.release()
        self.assertEqual(self.reply(first)["status"], "error")
        self.assertEqual([self.reply(r)["status"] for r in behind], ["aborted"] * 3)
        self.published(behind[-1])
        self.prints("fmt.Println(2)", "2\n")
        first = self.kc.execute(self.waits("os.Exit(1)"), stop_on_error=False)
        behind = self.kc.execute("fmt.Println(1)")
        self.release()
        self.assertEqual([self.reply(first)["status"], self.reply(behind)["status"]], ["error", "ok"])
        self.published(behind)

    def test_interrupt(self):
        for interrupt in (lambda: self.km.interrupt_kernel(), lambda: self.kc.control_channel.send(self.kc.session.msg("interrupt_request", {}))):
            running = self.kc.execute("fmt.Println(`here`)\ntime.Sleep(time.Hour)")
            behind = self.kc.execute("fmt.Println(1)")
            self.wait_for("here")
            self.reply(self.kc.is_complete("1"))  # the kernel has the cell behind, too
            interrupt()
            self.assertEqual(self.reply(running)["ename"], "Interrupted")
            self.assertEqual(self.reply(behind)["status"], "aborted")
            self.published(behind)
        self.prints("fmt.Println(2)", "2\n")

    def test_a_stop_is_never_lost(self):
        # before GoNB starts, between its programs, while they run, at the start of the cell's program
        for i in range(12):
            running = self.kc.execute("fmt.Println(`stopped %d`)\ntime.Sleep(time.Hour)" % i)
            while self.kc.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "execute_input":
                pass
            time.sleep(i * 0.05)
            self.km.interrupt_kernel()
            self.assertEqual(self.reply(running)["ename"], "Interrupted")
            self.published(running)
        self.prints("fmt.Println(2)", "2\n")

    def test_standard_error_is_text(self):
        # GoNB ends of a line with a place behind two colons
        text = "12:30:00 main.go:5: a\n"
        for code, want in {
            "log.SetFlags(log.Ltime | log.Lshortfile)\nlog.Print(`a`)": "]:2: a\n",
            "fmt.Fprint(os.Stderr, %r)" % 2: "2",
            'fmt.Fprint(os.Stderr, "12:30:00 main.go:5: a\\n")': text,
            'print("12:30:00 main.go:5: a\\n")': text,
            'c := exec.Command("echo", "12:30:00 main.go:5: a")\nc.Stdout = os.Stderr\n_ = c.Run()': text,
            'fmt.Fprint(os.Stderr, strings.Repeat("\u00e9", 70001))': "\u00e9" * 70001,
        }.items():
            reply, out, err, _ = self.run_cell(code)
            self.assertEqual((reply["status"], out), ("ok", ""), reply)
            self.assertTrue(err.endswith(want), err[-100:])
        reply, out, err, _ = self.run_cell('panic("a:b:main.go:3")')
        self.assertIn("a:b:main.go:3", err)
        with tempfile.TemporaryDirectory() as folder:
            self.prints('%%capture %s/all\nfmt.Println(1)\nfmt.Fprint(os.Stderr, "12:30:00 main.go:5: a\\n")' % folder, "1\n" + text)
            with open(folder + "/all") as f:
                self.assertEqual(f.read(), "1\n" + text)
        self.prints("fmt.Println(1)", "1\n")

    def test_answers_while_a_cell_runs(self):
        running = self.kc.execute(self.waits(""))
        self.wait_for("here")
        other = self.km.client()
        other.start_channels()
        self.assertEqual(other.get_iopub_msg(timeout=PATIENCE)["msg_type"], "iopub_welcome")
        told = other.get_iopub_msg(timeout=PATIENCE)
        self.assertEqual((told["parent_header"]["msg_id"], told["content"]), (running, {"execution_state": "busy"}))
        info = other.kernel_info()
        self.assertEqual(self.reply(info, other)["status"], "ok")
        # The last state that a page is told is that of the cell.
        self.published(info, kc=other)
        state = other.get_iopub_msg(timeout=PATIENCE)
        self.assertEqual((state["msg_type"], state["content"]), ("status", {"execution_state": "busy"}))
        self.assertEqual(state["parent_header"]["msg_id"], running)
        for ask in (lambda: other.complete("fmt.Prin"), lambda: other.inspect("fmt.Println", 6), lambda: other.is_complete("f("), lambda: other.history(hist_access_type="tail", n=2), lambda: other.comm_info()):
            self.assertIn(self.reply(ask(), other)["status"], ("ok", "incomplete"))
        other.stop_channels()
        self.release()
        self.assertEqual(self.reply(running)["status"], "ok")
        self.published(running)

    def test_headers(self):
        request = self.kc.execute("fmt.Println(1)")
        all = self.published(request)
        self.assertEqual(len({m["header"]["session"] for m in all}), 1)
        self.assertNotEqual(all[0]["header"]["session"], self.kc.session.session)
        self.assertEqual({m["parent_header"]["session"] for m in all}, {self.kc.session.session})
        self.assertEqual([m["content"]["execution_state"] for m in all if m["msg_type"] == "status"], ["busy", "idle"])
        self.reply(request)

    def test_help(self):
        self.run_cell("// twice doubles.\nfunc twice(x int) int { return 2 * x }\ntype pulse struct {\n\t// Width in ms.\n\tWidth float64\n}\nvar train = pulse{}")
        for code, want in {"twice": "twice doubles.", "%%\ntwice(": "func twice(x int) int", "fmt.Println(": "Println formats using the default formats", "train.Width": "Width in ms.",
                           "strings.Fields": "Fields splits", "%%": "Statements begin here", "!ls": "shell", "strings": "package strings", "x := twice(1)\nx": "var x int", "len(": "The len built-in function", "twice(1)": "twice doubles.", "for": "for i := range 10", "\ufefffmt.Println": "Println formats"}.items():
            reply = self.reply(self.kc.inspect(code, len(code)))
            self.assertTrue(reply["found"], code)
            self.assertIn(want, reply["data"]["text/plain"], code)
            self.assertNotIn("](#", reply["data"]["text/markdown"], code)
            self.assertNotIn("](http", reply["data"]["text/markdown"].replace("](https://blog.golang.org/strings)", ""), code)
        for code, want in {"tw": "twice", "%%\ntrain.": "Width", "pulse{W": "Width", "x := train\nx.": "Width", "strings.Fie": "Fields", "import \"strin": "strings", "%%b": "%%bash", "ret": "return",
                           "for i := range 3 {\n\tfmt.Println(tra": "train"}.items():
            reply = self.reply(self.kc.complete(code, len(code)))
            self.assertIn(want, reply["matches"], code)

    def test_help_from_the_start(self):
        # What is asked before the kernel is ready is answered as later, and spoils no later answer.
        km = KernelManager(kernel_name="gomyogen")
        km.start_kernel()
        self.addCleanup(km.shutdown_kernel, now=True)
        for restart in False, True:
            if restart:
                km.restart_kernel(now=False)
            kc = km.client()
            kc.start_channels()
            self.addCleanup(kc.stop_channels)
            for ask in [kc.complete("strings.Rep", 11), kc.complete("strings.Rep", 11)]:
                self.assertIn("Repeat", self.reply(ask, kc)["matches"], "after a restart" if restart else "after the start")
            shown = self.reply(kc.inspect("strings.Repeat", 14), kc)
            self.assertIn("Repeat returns a new string", shown["data"]["text/plain"])

    def test_history(self):
        self.run_cell("_ = `remembered`")
        found = self.reply(self.kc.history(hist_access_type="search", pattern="*`remembered`*", n=5))["history"]
        self.assertEqual(found[-1][2], "_ = `remembered`")
        session, line, _ = found[-1]
        self.assertEqual(self.reply(self.kc.history(hist_access_type="range", session=session, start=line, stop=line + 1))["history"], [found[-1]])

    def test_cells_are_built_quickly(self):
        # What set-up found out about building cells holds for the first cell of a kernel, and for those with a package
        # that nothing else imports once that was found out, too, in the background. One cell at a time finds out, of all kernels.
        km = KernelManager(kernel_name="gomyogen")
        km.start_kernel()
        self.addCleanup(km.shutdown_kernel, now=True)
        kc = km.client()
        kc.start_channels()
        self.addCleanup(kc.stop_channels)
        kc.wait_for_ready(timeout=PATIENCE)

        def built(code):
            request = kc.execute(code + '\n%%\ninfo, _ := debug.ReadBuildInfo()\nhow := "by go"\nfor _, s := range info.Settings {\n\tif s.Key == "plan" {\n\t\thow = "by a plan"\n\t}\n}\nfmt.Println(how, used)')
            out = "".join(m["content"]["text"] for m in self.published(request, kc=kc) if m["msg_type"] == "stream")
            self.assertEqual(self.reply(request, kc)["status"], "ok", out)
            return out

        imports = 'import (\n\t"fmt"\n\t"gomyogen/kernel"\n\t"gomyogen/myogen"\n\t"runtime/debug"\n)\n'
        self.assertEqual(built(imports + "var used = myogen.NERLab\n\nfunc check() { kernel.Check(nil) }"), "by a plan NERLab\n")
        end = time.monotonic() + PATIENCE
        while (how := built('import "container/ring"\n\nvar used = ring.New(3).Len()')) != "by a plan 3\n":
            self.assertEqual(how, "by go 3\n")
            self.assertLess(time.monotonic(), end, "no plan has the package")
            time.sleep(0.5)

    def test_comms(self):
        comm = {"comm_id": "c1", "target_name": "t", "data": {}}
        self.kc.shell_channel.send(self.kc.session.msg("comm_open", comm))
        self.assertEqual(self.reply(self.kc.comm_info("t"))["comms"], {"c1": {"target_name": "t"}})
        self.kc.shell_channel.send(self.kc.session.msg("comm_close", {"comm_id": "c1", "data": {}}))
        self.assertEqual(self.reply(self.kc.comm_info("t"))["comms"], {})

    def test_settings_of_other_work(self):
        # What a user has set for Go elsewhere stops no kernel.
        km = KernelManager(kernel_name="gomyogen")
        km.start_kernel(env=dict(os.environ, GOWORK="off", GOFLAGS="-mod=vendor", GO111MODULE="off", GOOS="windows", GOARCH="386", GOROOT="/nowhere", GOENV="/nowhere",
                                 CGO_ENABLED="1", GOPROXY="http://127.0.0.1:1", GOTOOLCHAIN="go1.1", GOEXPERIMENT="nonsense", GOTMPDIR="/nowhere", GOBIN="/nowhere",
                                 GOAMD64="v9", GOFIPS140="nonsense", GODEBUG="inittrace=1", GOCACHE="off", GOCACHEPROG="/nowhere", GOPATH="/nowhere", GOCOVERDIR="/nowhere", TMPDIR="/nowhere", HOME="", PATH="/bin"))
        self.addCleanup(km.shutdown_kernel, now=True)
        kc = km.client()
        kc.start_channels()
        self.addCleanup(kc.stop_channels)
        kc.wait_for_ready(timeout=PATIENCE)
        reply = self.reply(kc.execute('import "gomyogen/myogen/units"\n\nunits.Time(1)'), kc)
        self.assertEqual(reply["status"], "ok", reply)

    def test_a_kernel_that_dies(self):
        km = KernelManager(kernel_name="gomyogen")
        km.start_kernel()
        kc = km.client()
        kc.start_channels()
        kc.wait_for_ready(timeout=PATIENCE)
        request = kc.execute("fmt.Println(os.Getppid())\ntime.Sleep(time.Hour)")
        while True:
            m = kc.get_iopub_msg(timeout=PATIENCE)
            if m["msg_type"] == "stream":
                os.kill(int(m["content"]["text"]), signal.SIGKILL)
                break
        reply = self.reply(request, kc)
        self.assertEqual(reply["ename"], "KernelDied")
        self.assertIn("ended while cell [1] ran", reply["evalue"])
        kc.stop_channels()
        km.shutdown_kernel(now=True)


unittest.main(verbosity=2, argv=["conversation"])
