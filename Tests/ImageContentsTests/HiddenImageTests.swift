import ImageContents
import Testing

/// Each file would bring an image into the build that a careless reading does not see: the stage that makes a later `FROM`
/// look harmless is none for the builder, or a variable has another value there.
@Suite("Dockerfiles that hide an image") struct HiddenImageTests {
    @Test(
        "a blank that people do not see neither continues a line nor ends one",
        arguments: ["\u{a0}", "\u{85}", "\u{2003}", "\u{2028}", "\u{3000}", "\u{a0}# a comment", " \u{a0}"])
    func foreignBlanks(line: String) {
        let file = "FROM a\nRUN x \\\n\(line)\nFROM b AS evil\nFROM evil\n"
        #expect(
            refusal(file)
                == "3: a line that continues another begins with a blank that is no ASCII, expected spaces and tabs")
    }

    @Test("other characters may begin a continued line", arguments: ["é", "\u{feff}", "\u{200b}", "\u{0}", "x\u{a0}"])
    func otherCharacters(line: String) throws {
        #expect(try images("FROM a\nRUN x \\\n\(line)\nFROM b\n") == ["1 FROM a", "4 FROM b"])
    }

    @Test(
        "two escape characters at the end of a line are refused: some builders go on with the next line, others do not",
        arguments: [
            "FROM a\nRUN x \\\\\nFROM b AS evil\nFROM evil\n", "FROM a\nRUN x \\\\ \t\nFROM b\n",
            "FROM a\nRUN \\\\\\\nFROM b\n", "# escape=`\nRUN x ``\nFROM b\n", "FROM a\n\\\\\n",
        ])
    func doubleEscape(file: String) {
        #expect(
            refusal(file)
                == "2: the line ends in two escape characters, so it is not clear whether the next one continues it")
    }

    @Test("a comment and the body of a here-document may end in anything")
    func endings() throws {
        #expect(try images("# c:\\\\\nFROM a\nRUN x \\\n# c:\\\\\ny\nFROM b\n") == ["2 FROM a", "6 FROM b"])
        #expect(try images("FROM a\nRUN <<E\nc:\\\\\n\u{a0}\nE\nFROM b\n") == ["1 FROM a", "6 FROM b"])
    }

    @Test(
        "an escape directive with blanks that only some builders know is refused",
        arguments: [
            "#\u{a0}escape=`\nFROM a\n", "# escape\u{a0}=`\nFROM a\n", "# escape=\u{2003}`\nFROM a\n",
            "# escape=`\u{a0}\nFROM a\n", "# escape\u{b}=`\nFROM a\n",
        ])
    func escapeDirective(file: String) {
        let message = "`# escape=` or what stands before it has blanks that are neither spaces nor tabs"
        #expect(refusal(file) == "1: \(message)")
        // The directive before it ends the directives for some builders, and not for others.
        #expect(refusal("#\u{a0}check=skip=all\n# escape=`\nFROM a\n") == "2: \(message)")
        #expect(refusal("#\tescape = ` \r\nFROM a\n") == nil)
        #expect(refusal("#\u{a0}check=skip=all\nFROM a\n") == nil)
    }

    @Test("an escape directive behind `# check=` is refused: to builders of before 2024 that ends the directives")
    func escapeBehindCheck() throws {
        let message = "2: `# escape=` stands behind `# check=`, which ends the directives for builders of before 2024"
        #expect(refusal("# check=skip=all\n# escape=`\nFROM a\nRUN x `\nFROM evil\n")?.hasPrefix(message) == true)
        #expect(
            try images("# escape=`\n# check=skip=all\nFROM a\nRUN c:\\\nFROM b\n") == ["3 FROM a", "5 FROM b"])
    }

    @Test("a front end behind an unknown directive counts, since Docker 23 runs it")
    func frontendBehindUnknown() throws {
        #expect(try images("# version = 1\n#x=y\n# syntax=evil\nFROM a\n") == ["3 # syntax evil", "4 FROM a"])
        #expect(
            refusal("# syntax=good\n# version=1\n# syntax=evil\nFROM a\n")
                == "3: `# syntax=` is given twice, expected it once")
        #expect(try images("# version=1\n# escape=`\nFROM a\nRUN x \\\n y\n") == ["3 FROM a"])
        #expect(try images("# no directive: a=b\n# syntax=x/y\nFROM a\n") == ["3 FROM a"])
    }

    @Test(
        "an ARG with a blank that only the builder takes for one is refused",
        arguments: ["ARG B=good\nARG A=1\u{a0}B=evil\nFROM $B\n", "ARG B=good\nARG A=\u{3000}B=evil\nFROM $B\n"])
    func foreignBlankInArgument(file: String) {
        #expect(refusal(file) == "2: `ARG` holds a blank that is no ASCII, expected spaces and tabs")
    }

    @Test("a variable is not taken for a shorter one than the builder takes it for")
    func variableNames() throws {
        let message = "has a variable whose name does not end before what is no ASCII, expected `${NAME}`"
        #expect(refusal("ARG B=1\nFROM evil${B:+er}$Bé\n")?.hasSuffix(message) == true)
        #expect(refusal("ARG A=1\nARG B=$Aé\nFROM evil${B:+er}\n")?.hasPrefix("2: ") == true)
        #expect(refusal("ARG A=1\nFROM x${Aé}\n")?.hasSuffix(message) == true)
        #expect(try images("ARG A=1\nFROM x:${A}é\n") == ["2 FROM x:1é"])
    }

    @Test("a platform is not an image, whatever it is")
    func platform() throws {
        #expect(try images("FROM --platform=$BUILDPLATFORM a AS b\nFROM --platform=linux/arm64 b\n") == ["1 FROM a"])
    }

    @Test("an ARG within a stage gives no image its name")
    func stageArguments() throws {
        #expect(refusal("FROM a\nARG B=b\nFROM $B\n")?.hasPrefix("3: `$B` uses `B`, which has no value") == true)
        #expect(try images("ARG B=x\nFROM a\nARG B=b\nFROM $B\n") == ["2 FROM a", "4 FROM x"])
    }

    @Test("a mount that names no image and then one is refused: the builder takes the last")
    func secondSource() {
        for mount in ["from=,from=evil", "type=bind,from=,target=/x,FROM=evil", "from=evil,from=", "from=,from="] {
            #expect(refusal("FROM a\nRUN --mount=\(mount) x\n") == "2: a mount has two `from`, expected one")
        }
    }

    @Test(
        "a `${…}` that the builder takes for a mistake opens no here-document, so what follows could be an instruction",
        arguments: ["${}", "${!x}", "${#x}", "${x[@]}", "${x:+}y}${", "${x/y}", "${x,,}", "\"${}\"", "${:-x}", "${é}"])
    func expansionBeforeHereDocument(expansion: String) {
        let found = refusal("FROM a\nRUN echo \(expansion) <<CMD\nFROM evil\nCMD\n")
        #expect(found?.hasPrefix("2: a `${") == true, "\(found ?? "nothing")")
    }

    @Test("builders of before 2025 take `<< EOF` for no here-document, so what follows could be an instruction")
    func blankBeforeDelimiter() {
        for opening in ["<< CMD", "<<\tCMD", "3<<  'CMD'", "x<< 3<<CMD"] {
            let found = refusal("FROM a\nRUN cat \(opening)\nFROM evil\nCMD\n")
            #expect(found?.hasPrefix("2: there is a blank behind a `<<`") == true, "\(found ?? "nothing")")
        }
    }

    @Test(
        "a here-document is refused under a front end that knows none and takes its lines for instructions",
        arguments: ["1.0", "1.2", "1.2.1", "1.3", "1.1-experimental", "experimental", "1.0.0", "1.3@sha256:0"])
    func oldFrontend(tag: String) throws {
        let body = "FROM a\nRUN <<CMD\nFROM evil\nCMD\n"
        let message = "is of before 1.4 and takes the lines of this here-document for instructions"
        for name in ["docker/dockerfile", "docker.io/docker/dockerfile"] {
            let found = refusal("# syntax=\(name):\(tag)\n" + body)
            #expect(found?.hasPrefix("3: ") == true && found?.contains(message) == true, "\(found ?? "nothing")")
            #expect(refusal(body, ["BUILDKIT_SYNTAX": "\(name):\(tag)"])?.hasPrefix("2: ") == true)
            #expect(try images("# syntax=\(name):\(tag)\nFROM a\nRUN x\n").count == 2)
        }
        for later in ["", ":1", ":1.4", ":1.10-labs", ":latest", "@sha256:0", ":1.24"] {
            #expect(try images("# syntax=docker/dockerfile\(later)\n" + body).count == 2)
        }
    }

    @Test("a trigger runs in the same build if a later stage begins with its stage, and what it names counts")
    func triggers() throws {
        let file = """
            FROM a AS Base
            ONBUILD COPY --from=evil / /
            ONBUILD RUN --mount=from=tools --mount=from=base --mount=from=later x
            FROM b AS other
            ONBUILD COPY --from=child / /
            FROM base AS later
            FROM c

            """
        #expect(
            try images(file) == [
                "1 FROM a", "2 ONBUILD COPY --from evil", "3 ONBUILD RUN --mount tools", "4 FROM b", "7 FROM c",
            ])
        #expect(try Dockerfile(parsing: Array(file.utf8)).notices.map(\.line) == [5])
        #expect(refusal("FROM a AS x\nONBUILD COPY --from=$E / /\nFROM x\n")?.hasPrefix("2: `COPY --from`") == true)
    }

    @Test("a flag without its value is refused: what follows could be its value, and then the next word a flag")
    func flagWithoutValue() throws {
        for copy in ["--chown a --from=evil / /", "--from evil / /", "--link --chmod 1 --from=evil / /"] {
            #expect(refusal("FROM a\nCOPY \(copy)\n")?.contains(" has no value, expected it behind a `=`") == true)
        }
        #expect(refusal("FROM a\nRUN --network none --mount=from=evil x\n")?.hasPrefix("2: `--network` has no") == true)
        #expect(refusal("FROM --platform evil\n")?.hasPrefix("1: `--platform` has no value") == true)
        #expect(
            try images("FROM a\nCOPY --link --parents --from=b --link=true / /\n") == ["1 FROM a", "2 COPY --from b"])
    }

    @Test("a JSON file is no Dockerfile, even if it names a front end as BuildKit reads it")
    func jsonFrontend() {
        #expect(refusal(#"{"syntax": "evil/frontend"}"#)?.hasPrefix("1: ") == true)
        #expect(refusal("// syntax=evil/frontend\nFROM a\n")?.hasPrefix("1: ") == true)
    }
}
