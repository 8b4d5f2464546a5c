import OCI
import Timestamp
import Trust

extension FieldValue {
    /// A digest of what was written under that word: of values and their order, not of spelling, place or comments. Of a
    /// file its content counts, not its path.
    func fingerprint(of word: String) -> Digest {
        var bytes = Array("dockgate check text 1\n".utf8)
        FieldValue.append(Array(word.utf8), tag: "w", to: &bytes)
        append(to: &bytes)
        return Digest.sha256(of: bytes)
    }

    /// A letter for the kind and a length before each piece: no two values run together to the same bytes.
    private func append(to bytes: inout [UInt8]) {
        switch content {
        case .text(let text): FieldValue.append(Array(text.utf8), tag: "t", to: &bytes)
        case .boolean(let value): FieldValue.append([value ? 1 : 0], tag: "b", to: &bytes)
        case .integer(let value): FieldValue.append(Array(String(value).utf8), tag: "i", to: &bytes)
        case .duration(let value): FieldValue.append(Array(String(value.components.seconds).utf8), tag: "s", to: &bytes)
        case .date(let value): FieldValue.append(value.rfc3339UTF8, tag: "d", to: &bytes)
        case .file(let file): FieldValue.append(Digest.sha256(of: file.bytes).bytes, tag: "f", to: &bytes)
        case .list(let elements):
            FieldValue.append(Array(String(elements.count).utf8), tag: "l", to: &bytes)
            for element in elements { element.append(to: &bytes) }
        case .object(let members):
            FieldValue.append(Array(String(members.count).utf8), tag: "o", to: &bytes)
            for member in members {
                FieldValue.append(Array(member.name.utf8), tag: "k", to: &bytes)
                member.value.append(to: &bytes)
            }
        case .dictionary(let entries):
            FieldValue.append(Array(String(entries.count).utf8), tag: "m", to: &bytes)
            for entry in entries {
                entry.key.append(to: &bytes)
                entry.value.append(to: &bytes)
            }
        }
    }

    private static func append(_ piece: [UInt8], tag: Unicode.Scalar, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: tag))
        withUnsafeBytes(of: UInt64(piece.count).bigEndian) { bytes += $0 }
        bytes += piece
    }
}
