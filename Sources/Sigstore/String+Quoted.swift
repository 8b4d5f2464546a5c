extension String {
    /// For a sentence that a person reads: printable ASCII as it is, everything else escaped, and no longer than a line.
    var quoted: String {
        let longest = 128
        var text = ""
        for scalar in unicodeScalars {
            guard text.utf8.count < longest else { return text + "…" }
            let isPlain = (0x20...0x7e).contains(scalar.value) && scalar != "`" && scalar != "\\"
            text += isPlain ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
        return text
    }
}
