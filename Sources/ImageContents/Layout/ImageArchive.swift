/// An image layout in a tar archive, as `docker save` and `skopeo copy … oci-archive:` write it, read in pieces and in one
/// pass: it may come from a pipe.
public struct ImageArchive: ~Copyable {
    private var collector = LayoutCollector()
    private var state = State.header
    /// A header or a pax record, as far as it has come.
    private var gathered: [UInt8] = []
    private var records: PaxRecords?
    private var entryCount = 0
    private var byteCount = 0
    private var endBlocks = 0
    /// The first entry that is neither a file nor a directory.
    private var link: String?

    private enum State {
        case header
        case file(rest: Int, padding: Int, isKept: Bool)
        case pax(rest: Int, padding: Int, isGlobal: Bool)
        case padding(rest: Int)
    }

    /// An image has up to 127 layers, an archive of many images some thousands of files.
    private static let maximumEntries = 20_000

    public init() {}

    /// Whether these bytes begin a tar archive; 512 of them are needed.
    public static func isRecognized(_ bytes: [UInt8]) -> Bool { TarHeader.isRecognized(bytes) }

    /// Takes in the next piece.
    public mutating func take(_ bytes: [UInt8]) throws(LayoutError) {
        byteCount += bytes.count
        guard byteCount <= LayoutCollector.maximumBytes else { throw LayoutCollector.tooLong }
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .header: try takeHeader(&rest)
            case .file(let open, let padding, let isKept):
                let piece = rest.prefix(open)
                rest = rest.dropFirst(piece.count)
                if isKept { collector.take(piece) }
                state = .file(rest: open - piece.count, padding: padding, isKept: isKept)
                try closeIfDone()
            case .pax(let open, let padding, let isGlobal):
                let piece = rest.prefix(open)
                rest = rest.dropFirst(piece.count)
                gathered += piece
                state = .pax(rest: open - piece.count, padding: padding, isGlobal: isGlobal)
                try closeIfDone()
            case .padding(let open):
                let count = min(open, rest.count)
                rest = rest.dropFirst(count)
                state = open > count ? .padding(rest: open - count) : .header
            }
        }
    }

    /// What the archive held. Throws if it ended too early, and for what `ImageLayout` refuses.
    public consuming func finish() throws(LayoutError) -> ImageLayout {
        guard entryCount > 0 || endBlocks > 0 else { throw ImageArchive.notAnArchive }
        guard case .header = state, gathered.isEmpty, records == nil, endBlocks >= 2 else {
            throw LayoutError(.invalid, "the tar archive is cut off: its end is missing")
        }
        let layout = try ImageLayout(collector)
        // Unpacked, a link leads elsewhere: what was hashed under one name could be overwritten under another. Docker's
        // old archives have links, and are refused before for what they are.
        guard let link else { return layout }
        throw LayoutError(.invalid, "is a link or a device, expected files and directories alone", in: link)
    }

    private static var notAnArchive: LayoutError {
        LayoutError(.unsupported, "is no tar archive as POSIX or GNU have them")
    }

    // MARK: - Headers

    private mutating func takeHeader(_ rest: inout ArraySlice<UInt8>) throws(LayoutError) {
        let piece = rest.prefix(TarHeader.blockSize - gathered.count)
        rest = rest.dropFirst(piece.count)
        gathered += piece
        guard gathered.count == TarHeader.blockSize else { return }
        defer { gathered = [] }
        if gathered.allSatisfy({ $0 == 0 }) {
            endBlocks += 1
            return
        }
        // Some readers go on behind the end, most do not.
        guard endBlocks == 0 else { throw LayoutError(.invalid, "the tar archive goes on behind its end") }
        guard entryCount > 0 || TarHeader.isRecognized(gathered) else { throw ImageArchive.notAnArchive }
        entryCount += 1
        guard entryCount <= ImageArchive.maximumEntries else {
            throw LayoutError(.invalid, "the tar archive holds more than \(ImageArchive.maximumEntries) entries")
        }
        try begin(try TarHeader(gathered))
    }

    private mutating func begin(_ header: TarHeader) throws(LayoutError) {
        switch header.type {
        case UInt8(ascii: "x"), UInt8(ascii: "g"):
            guard header.size <= PaxRecords.maximumBytes, records == nil else {
                throw LayoutError(.invalid, "a pax header of the tar archive is malformed")
            }
            state = .pax(
                rest: header.size, padding: padding(behind: header.size), isGlobal: header.type == UInt8(ascii: "g"))
            gathered = []
        case UInt8(ascii: "L"), UInt8(ascii: "K"), UInt8(ascii: "S"):
            throw LayoutError(.unsupported, "the tar archive uses GNU's long names or sparse files, which are not read")
        default: try beginFile(header)
        }
        try closeIfDone()
    }

    private mutating func beginFile(_ header: TarHeader) throws(LayoutError) {
        let written = records?.path ?? header.path
        let path = try ImageArchive.normalized(written)
        let isFile = header.type == 0 || header.type == UInt8(ascii: "0")
        let size = records?.size ?? header.size
        records = nil
        // Readers differ in whether content follows where there should be none.
        guard isFile || (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(header.type) && size == 0 else {
            throw LayoutError(.invalid, "is of a kind that is not read", in: path)
        }
        guard !isFile || written.utf8.last != UInt8(ascii: "/") else {
            throw LayoutError(.invalid, "is a file with the path of a directory", in: written)
        }
        if !isFile, header.type != UInt8(ascii: "5") { link = link ?? path }
        if isFile { try collector.begin(path, size: size) }
        state = .file(rest: size, padding: padding(behind: size), isKept: isFile)
    }

    private mutating func closeIfDone() throws(LayoutError) {
        switch state {
        case .file(rest: 0, padding: let padding, isKept: let isKept):
            if isKept { try collector.end() }
            state = padding > 0 ? .padding(rest: padding) : .header
        case .pax(rest: 0, padding: let padding, isGlobal: let isGlobal):
            let found = try PaxRecords(gathered)
            gathered = []
            guard !isGlobal || found.path == nil && found.size == nil else {
                throw LayoutError(.invalid, "a pax header of the tar archive gives all files one path or size")
            }
            if !isGlobal { records = found }
            state = padding > 0 ? .padding(rest: padding) : .header
        default: break
        }
    }

    private func padding(behind size: Int) -> Int {
        (TarHeader.blockSize - size % TarHeader.blockSize) % TarHeader.blockSize
    }

    /// Without `./` before it and `/` behind it. Refuses what leads elsewhere than it reads.
    private static func normalized(_ path: String) throws(LayoutError) -> String {
        var parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)[...]
        if parts.first?.elementsEqual(".".utf8) == true { parts = parts.dropFirst() }
        if parts.last?.isEmpty == true { parts = parts.dropLast() }
        let isPlain = parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
        guard isPlain else { throw LayoutError(.invalid, "its path leads out of the archive or in a circle", in: path) }
        return parts.map { String(decoding: Array($0), as: UTF8.self) }.joined(separator: "/")
    }
}
