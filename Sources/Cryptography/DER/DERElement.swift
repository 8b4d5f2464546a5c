/// One element of DER: its tag, what is in it, and the bytes that it is.
struct DERElement {
    let tag: UInt8
    let content: ArraySlice<UInt8>
    /// Tag and length included.
    let encoding: ArraySlice<UInt8>

    /// Reads what is in it.
    var reader: DERReader { DERReader(content) }

    /// An INTEGER that fits; nil for every other.
    var integer: Int? {
        guard isShortestInteger, content.count <= 8, let first = content.first else { return nil }
        return content.reduce(first & 0x80 == 0 ? 0 : -1) { $0 << 8 | Int($1) }
    }

    /// X.690 section 8.3.2: no byte more than needed.
    var isShortestInteger: Bool {
        guard let first = content.first else { return false }
        guard content.count > 1 else { return true }
        let second = content[content.startIndex + 1]
        return first == 0x00 ? second & 0x80 != 0 : first == 0xFF ? second & 0x80 == 0 : true
    }

    /// A BOOLEAN (X.690 section 11.1); nil for every other byte.
    var boolean: Bool? {
        guard content.count == 1 else { return nil }
        return switch content.first {
        case 0x00: false
        case 0xFF: true
        default: nil
        }
    }

    /// X.690 section 8.19.2: parts of seven bits a byte in their shortest form, the last one whole.
    private var isObjectIdentifier: Bool {
        guard let last = content.last, last < 0x80 else { return false }
        var startsPart = true
        for byte in content {
            if startsPart, byte == 0x80 { return false }
            startsPart = byte < 0x80
        }
        return true
    }

    /// Whether it is DER all the way down, as far as tags tell: nothing of BER that two readers could take for two things.
    var isStrict: Bool { isStrict(levels: DERElement.deepest) }

    /// A certificate is some ten levels deep.
    private static let deepest = 32

    private func isStrict(levels: Int) -> Bool {
        let isUniversal = tag & 0xC0 == 0
        guard tag & 0x20 != 0 else {
            switch tag {
            case DERTag.boolean: return boolean != nil
            case DERTag.integer: return isShortestInteger
            case DERTag.null: return content.isEmpty
            case DERTag.objectIdentifier: return isObjectIdentifier
            // How many bits of the last byte are unused comes first.
            case DERTag.bitString: return content.first.map { $0 < 8 && (content.count > 1 || $0 == 0) } ?? false
            // SEQUENCE and SET are never primitive.
            case DERTag.sequence & 0x1F, DERTag.set & 0x1F: return false
            default: return true
            }
        }
        // Strings in pieces are BER.
        if isUniversal, tag != DERTag.sequence, tag != DERTag.set { return false }
        guard levels > 0 else { return false }
        var reader = reader
        while !reader.isAtEnd {
            guard let element = try? reader.element(), element.isStrict(levels: levels - 1) else { return false }
        }
        return true
    }
}

/// Writes one element of DER.
func derElement(_ tag: UInt8, _ content: some Collection<UInt8>) -> [UInt8] {
    let count = content.count
    var bytes = [tag]
    if count < 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: count))
    } else {
        let length = (0..<8).reversed().map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }.drop { $0 == 0 }
        bytes.append(0x80 | UInt8(truncatingIfNeeded: length.count))
        bytes += length
    }
    return bytes + content
}
