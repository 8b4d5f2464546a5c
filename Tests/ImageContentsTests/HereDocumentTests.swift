import ImageContents
import Testing

@Suite("Here-documents of a Dockerfile") struct HereDocumentTests {
    /// The body holds what would be an instruction; behind the end there is one.
    private func isPassedOver(_ opening: String, end: String) throws -> Bool {
        try images("FROM a\n\(opening)\nFROM body\n\(end)\nFROM behind\n") == ["1 FROM a", "5 FROM behind"]
    }

    @Test(
        "the body of a here-document is passed over",
        arguments: [
            ("RUN <<EOF", "EOF"), ("RUN 3<<EOF", "EOF"), ("RUN <<-EOF", "\tEOF"), ("RUN <<'EOF'", "EOF"),
            ("RUN <<\"EOF\"", "EOF"), ("RUN <<eo'f'", "eof"), ("RUN <<'one two'", "one two"),
            ("RUN cat <<EOF > x", "EOF"), ("COPY <<file.txt /dest", "file.txt"), ("ADD <<x /dest", "x"),
            ("ONBUILD RUN <<EOF", "EOF"), ("RUN --mount=type=cache,target=/foo <<EOF python3", "EOF"),
            ("RUN echo ${HOME} ${1} ${x:-1.0} \"${x:+y}$(x)\" 'a' \\<<<b <<EOF", "EOF"), ("RUN a \\\n  <<EOF", "EOF"),
        ])
    func bodies(opening: String, end: String) throws {
        guard !opening.contains("\n") else {
            return #expect(
                try images("FROM a\n\(opening)\nFROM body\n\(end)\nFROM behind\n") == ["1 FROM a", "6 FROM behind"])
        }
        #expect(try isPassedOver(opening, end: end))
    }

    @Test(
        "what only looks like one opens none, so the next line is an instruction",
        arguments: [
            "RUN \"<<EOF\"", "RUN '<<EOF'", "RUN cat<<EOF", "RUN \\<<EOF", "RUN cat <<<EOF", "RUN [\"cat\", \"<<EOF\"]",
            "CMD cat <<EOF", "USER <<EOF", "RUN x < y", "RUN it's",
        ])
    func none(line: String) throws {
        #expect(try images("FROM a\n\(line)\nFROM next\n") == ["1 FROM a", "3 FROM next"])
    }

    @Test("several follow each other in their order")
    func several() throws {
        #expect(
            try images("FROM a\nCOPY <<X <<Y /dest\nY\nFROM x\nX\nX\nFROM y\nY\nFROM b\n")
                == ["1 FROM a", "9 FROM b"])
    }

    @Test(
        "one that versions of the builder or shells read differently is refused",
        arguments: [
            ("RUN <<EOF\nx\n", "has no end, expected a line `EOF`"), ("RUN <<-EOF\n EOF\n", "has no end"),
            ("RUN <<EOF\nEOF \n", "has no end"), ("RUN cat <<- EOF\nEOF\n", "`<<-` has no delimiter"),
            ("RUN cat <<\nEOF\n", "`<<` has no delimiter"), ("RUN cat <<''\n\n", "has no delimiter"),
            ("RUN it's <<EOF\nEOF\n", "a quotation has no end"), ("RUN \"x <<EOF\nEOF\n", "a quotation has no end"),
            ("RUN ${x:-\"<<EOF\nEOF\n", "a `${…}` holds more"), ("RUN ${x <<EOF\nEOF\n", "a `${…}` holds more"),
            ("RUN <<$EOF\n$EOF\n", "is not plain"), ("RUN <<E\\OF\nEOF\n", "is not plain"),
            ("RUN <<`x`\nx\n", "is not plain"), ("RUN x=$((1 << 2))\nFROM b\n", "a blank behind a `<<`"),
        ])
    func unclear(text: String, message: String) {
        let found = refusal("FROM a\n" + text)
        #expect(found?.hasPrefix("2: ") == true && found?.contains(message) == true, "\(found ?? "nothing")")
    }
}
