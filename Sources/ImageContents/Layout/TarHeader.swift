/// The block before a file of a tar archive (POSIX.1-2017, pax, "ustar Interchange Format"; GNU's variant of it).
struct TarHeader {
    /// As it is written.
    let path: String
    /// In bytes.
    let size: Int
    let type: UInt8

    static let blockSize = 512

    /// Whether a block is the header of a file: its magic says so.
    static func isRecognized(_ block: some Collection<UInt8>) -> Bool {
        block.count >= blockSize && block.dropFirst(257).starts(with: "ustar".utf8)
    }

    /// `block` has 512 bytes.
    init(_ block: [UInt8]) throws(LayoutError) {
        guard TarHeader.isRecognized(block) else {
            throw LayoutError(.invalid, "a header of the tar archive is damaged")
        }
        let checksum = try TarHeader.number(block[148..<156])
        var sum = 0
        for (index, byte) in block.enumerated() { sum += (148..<156).contains(index) ? 0x20 : Int(byte) }
        guard sum == checksum else { throw LayoutError(.invalid, "a header of the tar archive is damaged") }
        type = block[156]
        size = try TarHeader.number(block[124..<136])
        let name = try TarHeader.text(block[0..<100])
        // GNU keeps something else where POSIX has the beginning of a long path, and star ends that earlier. Some readers
        // make a path of the one and cut off the other: what they see, and we do not, would not be judged.
        let isPOSIX = block[262] == 0
        guard block[(isPOSIX ? 500 : 345)...].allSatisfy({ $0 == 0 }) else {
            throw LayoutError(.unsupported, "the tar archive has headers of star or times of GNU, which are not read")
        }
        let prefix = isPOSIX ? try TarHeader.text(block[345..<500]) : ""
        path = prefix.isEmpty ? name : "\(prefix)/\(name)"
    }

    /// Octal digits, filled up with blanks and NUL. GNU writes what is beyond them in another way, and pax in a record.
    private static func number(_ field: ArraySlice<UInt8>) throws(LayoutError) -> Int {
        let digits = field.drop { $0 == 0x20 }
        let end = digits.firstIndex { $0 == 0x20 || $0 == 0 } ?? digits.endIndex
        guard digits[end...].allSatisfy({ $0 == 0x20 || $0 == 0 }) else {
            throw LayoutError(.invalid, "a number in a header of the tar archive is not octal")
        }
        var value = 0
        for digit in digits[..<end] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else {
                throw LayoutError(.invalid, "a number in a header of the tar archive is not octal")
            }
            // At most 12 digits of 3 bits: no overflow.
            value = value << 3 | Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func text(_ field: ArraySlice<UInt8>) throws(LayoutError) -> String {
        guard let text = String(validating: field.prefix { $0 != 0 }, as: UTF8.self) else {
            throw LayoutError(.invalid, "a name in the tar archive is not text in UTF-8")
        }
        return text
    }
}

/// The records of a pax header (POSIX.1-2017, pax, "pax Extended Header"): what they say counts for the file behind it.
struct PaxRecords {
    private(set) var path: String?
    private(set) var size: Int?

    /// A path and some times; PAX headers of 100 KiB exist where extended attributes are kept.
    static let maximumBytes = 1 << 20

    init(_ bytes: [UInt8]) throws(LayoutError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 1,
                length <= rest.count
            else { throw PaxRecords.malformed }
            let record = rest.prefix(length)
            rest = rest.dropFirst(length)
            let text = record.dropFirst(digits.count)
            guard text.first == 0x20, text.last == UInt8(ascii: "\n") else { throw PaxRecords.malformed }
            let content = text.dropFirst().dropLast()
            let key = content.prefix { $0 != UInt8(ascii: "=") }
            guard key.count < content.count else { throw PaxRecords.malformed }
            try take(key, content.dropFirst(key.count + 1))
        }
    }

    private mutating func take(_ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) throws(LayoutError) {
        if key.elementsEqual("path".utf8) {
            // Without one, some readers take the header's path, and others none.
            guard path == nil, !value.isEmpty, let text = String(validating: value, as: UTF8.self), !value.contains(0)
            else {
                throw PaxRecords.malformed
            }
            path = text
        } else if key.elementsEqual("size".utf8) {
            guard size == nil, !value.isEmpty, value.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(String(decoding: value, as: UTF8.self))
            else { throw PaxRecords.malformed }
            size = number
        } else if key.starts(with: "GNU.sparse".utf8) {
            throw LayoutError(.unsupported, "the tar archive has sparse files, which are not read")
        }
    }

    private static var malformed: LayoutError {
        LayoutError(.invalid, "a pax header of the tar archive is malformed")
    }
}
