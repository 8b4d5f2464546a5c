/// One block of a PEM text (RFC 7468): what it is called, and the bytes in it. What they mean is not looked at.
public struct PEMBlock: Hashable, Sendable {
    /// Capital letters, digits and blanks: `CERTIFICATE`.
    public let label: String
    /// At least one.
    public let bytes: [UInt8]

    /// Reads a text that consists of exactly one block. Nil for anything else.
    public init?(parsing text: [UInt8]) {
        guard let blocks = PEMBlock.all(in: text), blocks.count == 1, let block = blocks.first else { return nil }
        self = block
    }

    /// Reads a text that consists of blocks and nothing else, one or more. Nil for anything else.
    public static func all(in text: [UInt8]) -> [PEMBlock]? {
        let armour = PEMArmour(reading: text)
        guard !armour.isMalformed, armour.lineOfStrayText == nil, !armour.blocks.isEmpty else { return nil }
        var blocks: [PEMBlock] = []
        for block in armour.blocks {
            guard let bytes = Base64.decode(block.body), !bytes.isEmpty else { return nil }
            blocks.append(PEMBlock(label: block.label, bytes: bytes))
        }
        return blocks
    }

    private init(label: String, bytes: [UInt8]) {
        (self.label, self.bytes) = (label, bytes)
    }
}
