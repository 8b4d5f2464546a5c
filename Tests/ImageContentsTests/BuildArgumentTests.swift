import ImageContents
import Testing

@Suite("Variables in the images of a Dockerfile") struct BuildArgumentTests {
    @Test("an ARG before the first FROM gives a variable its value, a build argument another")
    func values() throws {
        let file = "ARG VERSION=3.20\nARG NAME=alpine OTHER=\"x y\" \nARG IMAGE=${NAME}:$VERSION\nFROM $IMAGE\n"
        #expect(try images(file) == ["4 FROM alpine:3.20"])
        #expect(try images(file, ["VERSION": "3.19"]) == ["4 FROM alpine:3.19"])
        #expect(try images(file, ["IMAGE": "busybox"]) == ["4 FROM busybox"])
        #expect(try images("ARG V\nFROM a:$V\n", ["V": "1"]) == ["2 FROM a:1"])
        #expect(try images("ARG V=1\nARG V\nFROM a:$V\n") == ["3 FROM a:1"])
        #expect(try images("ARG V=1\nFROM a:$V\nARG V=2\nFROM b:$V\n") == ["2 FROM a:1", "4 FROM b:1"])
    }

    @Test("quotes and escapes are undone as the builder does it")
    func quotes() throws {
        #expect(try images("ARG A='x$y'\nFROM \"r/$A\"\n") == ["2 FROM r/x$y"])
        #expect(try images("ARG A=\"v\\\"1\\$\"\nFROM a\\b'c'\"d\"$A\n") == ["2 FROM abcdv\"1$"])
        #expect(try images("# escape=`\nARG A=x`$y\nFROM a:$A\n") == ["3 FROM a:x$y"])
        #expect(try images("FROM a:1$\n") == ["1 FROM a:1$"])
    }

    @Test("a form with an alternative counts it as a shell does")
    func alternatives() throws {
        func image(_ form: String, _ arguments: [String: String] = [:]) throws -> String? {
            try images("ARG V\nARG EMPTY=\nFROM a:${\(form)}\n", arguments).first
        }
        #expect(try image("V:-1") == "3 FROM a:1")
        #expect(try image("V:-1", ["V": "2"]) == "3 FROM a:2")
        #expect(try image("V-1", ["V": ""]) == "3 FROM a:")
        #expect(try image("EMPTY:-1") == "3 FROM a:1")
        #expect(try image("EMPTY-1") == "3 FROM a:")
        #expect(try image("V:+1") == "3 FROM a:")
        #expect(try image("V:+1", ["V": "2"]) == "3 FROM a:1")
        #expect(try image("UNDECLARED:-1", ["UNDECLARED": "2"]) == "3 FROM a:1")
        #expect(try image("V:-${OTHER:-'x}'}") == "3 FROM a:x}")
        // What does not count needs no value.
        #expect(try image("V:-$OTHER", ["V": "2"]) == "3 FROM a:2")
        #expect(try image("V:-$TARGETARCH", ["V": "2"]) == "3 FROM a:2")
    }

    @Test("a stage may be chosen by the builder's own arguments, if they are given")
    func automatic() throws {
        let file = "FROM a AS base-arm64\nFROM b AS base-amd64\nFROM base-${TARGETARCH}\n"
        #expect(try images(file, ["TARGETARCH": "arm64"]) == ["1 FROM a", "2 FROM b"])
        #expect(
            refusal(file)
                == "3: `base-${TARGETARCH}` depends on what is built where: give the build argument `TARGETARCH`")
        #expect(refusal("FROM a:${TARGETARCH:-x}\n") != nil)
        #expect(refusal("ARG TARGETARCH\nFROM a:$TARGETARCH\n") != nil)
        #expect(try images("ARG TARGETARCH=arm64\nFROM a:$TARGETARCH\n") == ["2 FROM a:arm64"])
    }

    @Test(
        "a variable without a value is a mistake and not an empty text",
        arguments: [
            ("FROM a:$V\n", "1: `a:$V` uses `V`, which has no value"),
            ("ARG V\nFROM a:${V}\n", "2: `a:${V}` uses `V`, which has no value"),
            ("ARG W=$V\nFROM a\n", "1: `$V` uses `V`, which has no value"),
            ("FROM x\nARG V=1\nFROM a:$V\n", "3: `a:$V` uses `V`, which has no value"),
            ("FROM a:${V:?say which}\n", "1: `FROM` takes an image"),
            ("FROM a:${V:?which}\n", "1: `a:${V:?which}` needs `V`: which"),
            ("FROM ${V:+x}\n", "1: `${V:+x}` stands for nothing"),
            ("FROM a:$1\n", "1: `a:$1` uses `$1`, which no build gives a value"),
            ("FROM a:$$\n", "1: `a:$$` uses `$$`, which no build gives a value"),
            ("FROM a:${}\n", "1: `a:${}` has a `${` that is no variable"),
            ("FROM a:${V\n", "1: `a:${V` has a `${` that is no variable"),
            ("FROM a:${V:-x\n", "1: `a:${V:-x` has a `${` without `}`"),
            ("ARG V=1\nFROM a:${V#x}\n", "2: `a:${V#x}` uses a form of `${V…}` that is not read here"),
            ("ARG V=1\nFROM a:${V/x/y}\n", "2: `a:${V/x/y}` uses a form of `${V…}` that is not read here"),
            ("FROM 'a\n", "1: `'a` has a quote without an end"),
            ("FROM \"a\n", "1: `\"a` has a quote without an end"),
            ("ARG\nFROM a\n", "1: `ARG` declares nothing"), ("ARG =1\nFROM a\n", "1: `` is no name of an `ARG`"),
            ("ARG A-B=1\nFROM a\n", "1: `A-B` is no name of an `ARG`"),
        ])
    func unresolved(text: String, message: String) {
        let found = refusal(text)
        #expect(found?.hasPrefix(message) == true, "\(found ?? "nothing")")
    }

    @Test("a default that counted is told once, with its line")
    func notices() throws {
        let file = "ARG V=1\nARG W=2\nFROM a:$V\nFROM b:$V-$W\nFROM c:${X:-3}\n"
        let notices = try Dockerfile(parsing: Array(file.utf8), buildArguments: ["W": "4"]).notices
        #expect(
            notices.map { "\($0.line): \($0.message)" } == [
                "3: `V` is not given, its default `1` counts", "5: `X` is not given, its default `3` counts",
            ])
    }

    @Test("a value that doubles itself ends somewhere")
    func bomb() {
        var file = "ARG A0=xxxxxxxxxx\n"
        for level in 1...40 { file += "ARG A\(level)=$A\(level - 1)$A\(level - 1)\n" }
        #expect(refusal(file + "FROM a:$A40\n")?.contains("stands for more than 4096 bytes") == true)
        #expect(
            refusal("FROM " + String(repeating: "${A:-", count: 17) + "x" + String(repeating: "}", count: 17) + "\n")?
                .contains("nests more variables than are read") == true)
    }
}
