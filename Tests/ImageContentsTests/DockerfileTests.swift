import ImageContents
import Testing

/// Each image as `LINE INSTRUCTION TEXT`.
func images(_ text: String, _ arguments: [String: String] = [:]) throws(DockerfileError) -> [String] {
    try Dockerfile(parsing: Array(text.utf8), buildArguments: arguments).images
        .map { "\($0.line) \($0.instruction) \($0.text)" }
}

/// The error as a reader sees it, nil when there is none.
func refusal(_ text: String, _ arguments: [String: String] = [:]) -> String? {
    do throws(DockerfileError) {
        _ = try Dockerfile(parsing: Array(text.utf8), buildArguments: arguments)
        return nil
    } catch {
        return "\(error.line): \(error.message)"
    }
}

@Suite("The images that a Dockerfile names") struct DockerfileTests {
    @Test("bases are told with the line of their FROM, stages and scratch are no images")
    func stages() throws {
        let file = """
            # Build stage
            FROM node:12-alpine AS build
            WORKDIR /app
            RUN npm ci --production

            FROM build AS test
            FROM scratch AS empty
            from --platform=$BUILDPLATFORM docker.io/library/node:12-alpine as final
            COPY --from=build /app /app
            COPY --chown=1:1 --from=0 /app /app
            COPY --from=EMPTY / /
            COPY --from=scratch / /
            CMD ["npm", "start"]

            """
        #expect(
            try images(file) == ["2 FROM node:12-alpine", "8 FROM docker.io/library/node:12-alpine"])
    }

    @Test("a stage is known by its name in any case, and only from where it begins")
    func stageNames() throws {
        #expect(try images("FROM a AS Base\nFROM BASE\nFROM base\n") == ["1 FROM a"])
        #expect(try images("FROM base\nFROM a AS base\n") == ["1 FROM base", "2 FROM a"])
        #expect(try images("FROM a AS base\nFROM b AS base\nFROM base\n") == ["1 FROM a", "2 FROM b"])
    }

    @Test("images that something is copied or mounted from are told as well")
    func sources() throws {
        let file = """
            FROM a AS one
            COPY --from=registry.example.com/tools:1 /bin/x /bin/x
            COPY --from= /a /b
            COPY ["--from=no/flag", "/x"]
            RUN --mount=type=bind,from=tools/b:2,target=/b --mount=type=cache,target=/c,FROM=c \\
                --mount=from=later --mount=type=secret,id=x --network=none make --mount=from=no/flag
            RUN --mo"unt=from=h"id\\den:1 "--mount=from=no/flag" x
            FROM b AS later
            COPY --from=one / /

            """
        #expect(
            try images(file) == [
                "1 FROM a", "2 COPY --from registry.example.com/tools:1", "5 RUN --mount tools/b:2", "5 RUN --mount c",
                "7 RUN --mount hidden:1", "8 FROM b",
            ])
    }

    @Test("the front end that reads the file is an image that runs, and counts")
    func frontend() throws {
        #expect(
            try images("# syntax=docker/dockerfile:1\nFROM a\n") == ["1 # syntax docker/dockerfile:1", "2 FROM a"])
        #expect(
            try images("#!/usr/bin/env build\n#SYNTAX =  evil/frontend:1 with words \nFROM a\n")
                == ["2 # syntax evil/frontend:1", "3 FROM a"])
        #expect(
            try images("\u{feff}#\u{a0}syntax=evil/frontend\nFROM a\n") == ["1 # syntax evil/frontend", "2 FROM a"])
        #expect(try images("\n# syntax=x/y\nFROM a\n") == ["3 FROM a"])
        #expect(try images("# note\n# syntax=x/y\nFROM a\n") == ["3 FROM a"])
        #expect(
            try images("# syntax=docker/dockerfile:1\nFROM a\n", ["BUILDKIT_SYNTAX": "other/front end"])
                == ["1 # syntax other/front", "2 FROM a"])
        let notices = try Dockerfile(parsing: Array("# syntax=x/y\nFROM a\n".utf8)).notices
        #expect(notices.map(\.message) == ["the front end `x/y` may read this file otherwise than it is read here"])
        #expect(try Dockerfile(parsing: Array("# syntax=docker.io/docker/dockerfile@x\nFROM a".utf8)).notices.isEmpty)
    }

    @Test("lines are joined as the builder joins them")
    func continuations() throws {
        #expect(try images("FROM \\\n# a comment\n\n   # another\n  alpine:3 \\ \t\n AS x\n") == ["1 FROM alpine:3"])
        #expect(try images("\\\nFROM a\n") == ["1 FROM a"])
        #expect(try images("FR\\\nOM a\r\n") == ["1 FROM a"])
        #expect(try images("FROM a\nRUN x \\\nFROM no\n") == ["1 FROM a"])
        #expect(try images("FROM a\nRUN x \\") == ["1 FROM a"])
        #expect(try images("# escape=`\nFROM a\nRUN dir c:\\\nFROM b\nRUN x `\nFROM no\n") == ["2 FROM a", "4 FROM b"])
        // Behind a first line `#!…` the builder does not look for `escape`.
        #expect(try images("#!/bin/x\n# escape=`\nFROM a\nRUN c:\\\nFROM no\n") == ["3 FROM a"])
        #expect(refusal("# escape=x\nFROM a\n") == "1: the escape character is `x`, expected a backslash or a backtick")
        #expect(refusal("# escape=`\n# escape=`\nFROM a\n") == "2: `# escape=` is given twice, expected it once")
    }

    @Test(
        "what is no Dockerfile, or one that no builder takes, is refused with its line",
        arguments: [
            ("", "1: there is no `FROM` in this file"),
            ("# only a comment\n", "2: there is no `FROM` in this file"),
            ("ARG A=1\n", "2: there is no `FROM` in this file"),
            ("FROM\n", "1: `FROM` takes an image"),
            ("FROM a b\n", "1: `FROM` takes an image"),
            ("FROM a # c\n", "1: found `#` behind the image, expected `AS`"),
            ("FROM a AS\n", "1: `FROM` takes an image"),
            ("FROM a AS b c\n", "1: `FROM` takes an image"),
            ("FROM a AS 1b\n", "1: `1b` is no name of a stage"),
            ("FROM a AS b/c\n", "1: `b/c` is no name of a stage"),
            ("FROM --from=x a\n", "1: `FROM` has no flag `--from`"),
            ("RUN x\nFROM a\n", "1: `RUN` stands before the first `FROM`"),
            ("FROM a\n\nFORM b\n", "3: `form` is no instruction"),
            ("FROM a\n\u{a0}FROM b\n", "2: `\\u{a0}from` is no instruction"),
            ("services:\n  web: {image: a}\n", "1: `services:` is no instruction"),
            ("// syntax=x\nFROM a\n", "1: `//` is no instruction"),
            ("FROM a\nCOPY --from / /\n", "2: `--from` has no value"),
            ("FROM a\nCOPY --from=x --from=y / /\n", "2: `--from` is given twice"),
            ("FROM a\nCOPY --from=0 / /\n", "2: there is no stage 0 before this one"),
            ("FROM a\nCOPY --from=-1 / /\n", "2: there is no stage -1 before this one"),
            ("FROM a AS x\nCOPY --from=x / /\n", "2: `x` is this stage or one that begins later"),
            ("FROM a\nCOPY --from=later / /\nFROM b AS Later\n", "2: `later` is this stage or one that begins later"),
            ("FROM a\nCOPY --from=$X / /\n", "2: `COPY --from` is `$X`, and takes neither variables nor quotes"),
            ("FROM a\nRUN --mount x\n", "2: `--mount` has no value"),
            ("FROM a\nRUN --mount=from=$X x\n", "2: `RUN --mount=from` is `$X`, and takes neither"),
            ("FROM a\nRUN --mount=from=b,from=c x\n", "2: a mount has two `from`"),
            ("FROM a\nRUN --mount=\\\"from=b\\\" x\n", "2: a mount has quotes in it"),
            ("FROM a\nONBUILD FROM b\n", "2: `FROM` is no trigger"),
            ("FROM a\nONBUILD\n", "2: `` is no trigger"),
        ])
    func refused(text: String, message: String) {
        let found = refusal(text)
        #expect(found?.hasPrefix(message) == true, "\(found ?? "nothing")")
    }

    @Test("what is larger than any Dockerfile is refused")
    func limits() {
        let line = "FROM a\nRUN " + String(repeating: "x", count: 65_532) + "\n"
        #expect(refusal(line) == "2: the line is 65536 bytes long, at most 65535 are read")
        #expect(refusal("FROM a\n" + String(repeating: "RUN x\n", count: 174_763))?.contains("bytes long") == true)
        let many = String(repeating: "FROM a\n", count: 256)
        #expect(refusal(many) == nil)
        #expect(refusal(many + "FROM a\n") == "257: names more than 256 images, split it")
    }

    @Test("a trigger that names images is told, since it runs in builds on top of this image")
    func triggers() throws {
        let file = "FROM a\nONBUILD COPY --from=b / /\nONBUILD RUN --mount=from=c x\nONBUILD RUN x\n"
        let dockerfile = try Dockerfile(parsing: Array(file.utf8))
        #expect(dockerfile.images.map(\.text) == ["a"])
        #expect(dockerfile.notices.map(\.line) == [2, 3])
    }

    @Test(
        "as many stages as a file holds are read quickly", arguments: ["FROM scratch\n", "FROM scratch AS a\nFROM a\n"])
    func manyStages(unit: String) throws {
        let text = String(repeating: unit, count: (1 << 19) / unit.utf8.count)
        let start = ContinuousClock.now
        #expect(try images(text) == [])
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("any bytes are read or refused, quickly")
    func anything() {
        for unit in [
            "\\\n", "<<", "$", "${a", "${a:-", "'", "\"", "\\", "FROM a\n", "ARG a=$a\n", "#", "\u{feff}", "=", "--",
        ] {
            for prefix in ["", "FROM ", "FROM a\nRUN ", "ARG a="] {
                let text = prefix + String(repeating: unit, count: 20_000 / unit.utf8.count)
                let duration = ContinuousClock().measure { _ = refusal(text) }
                #expect(duration < .seconds(5), "\(prefix)\(unit)")
            }
        }
    }
}
