/// Private keys that found their way into policy documents, or into the files that these name. Policies are read by many
/// people and kept in repositories; nothing in them needs a secret.
enum PrivateKeyArmour {
    static let problem = "a private key does not belong here; remove it, and replace it wherever it is in use"

    /// The line, from 1, on which the armour of a private key begins; nil if there is none.
    static func line(in bytes: [UInt8]) -> Int? {
        var line = 1
        for text in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if let begin = index(of: "-----BEGIN ", in: text), index(of: "PRIVATE KEY-----", in: text[begin...]) != nil
            {
                return line
            }
            line += 1
        }
        return nil
    }

    private static func index(of needle: StaticString, in bytes: ArraySlice<UInt8>) -> Int? {
        needle.withUTF8Buffer { needle in
            guard let first = needle.first else { return nil }
            return bytes.indices.first { index in
                bytes[index] == first && bytes[index...].starts(with: needle)
            }
        }
    }
}
