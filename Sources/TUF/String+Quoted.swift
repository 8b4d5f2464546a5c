extension String {
    /// For a sentence that a person reads: printable ASCII as it is, everything else escaped, and no longer than a line.
    init(quoting bytes: [UInt8]) {
        let longest = 128
        self = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            guard utf8.count < longest else {
                self += "…"
                return
            }
            let isPlain = (0x20...0x7e).contains(scalar.value) && scalar != "`" && scalar != "\\"
            self += isPlain ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
}
