extension String {
    /// For a sentence that a person reads: printable ASCII as it is, everything else escaped, and no longer than a line.
    init(quoting text: String) {
        let longest = 128
        self = ""
        for scalar in text.unicodeScalars {
            guard utf8.count < longest else {
                self += "…"
                return
            }
            let isPlain = (0x20...0x7e).contains(scalar.value) && scalar != "`" && scalar != "\\"
            self += isPlain ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
    }

    /// Whether both are the same bytes: `==` is canonical equivalence.
    func isSpelled(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
