/// Writes JSON without spaces, in the order in which it is called. Commas are its own business; that brackets pair and
/// that keys precede values in objects is the caller's, and `isWhole` says whether they did. That no key stands twice in
/// one object is the caller's alone.
///
/// Escaped are quotes, backslashes, control characters and DEL, and U+2028 and U+2029, which end a line in JavaScript.
/// There is no way to write a floating-point number.
public struct JSONWriter: Sendable {
    /// What was written, and behind it room for more: a value is written in one step, not byte by byte.
    private var storage: [UInt8]
    private var count = 0
    private var structure = JSONStructure()

    public init(reservingCapacity capacity: Int = 512) {
        storage = [UInt8](repeating: 0, count: capacity)
    }

    /// What was written so far.
    public var bytes: [UInt8] { Array(storage[..<count]) }

    /// How many bytes were written so far.
    public var byteCount: Int { count }

    /// Whether it is one value, complete and well-formed.
    public var isWhole: Bool { structure.isWhole }

    /// The members of the object that was written, without the braces around them; nil unless it is one whole object.
    public var members: ArraySlice<UInt8>? {
        guard isWhole, storage.first == UInt8(ascii: "{") else { return nil }
        return storage[1..<(count - 1)]
    }

    /// Opens an object; keys and values follow in turn until `endObject`.
    public mutating func beginObject() {
        separate()
        put(UInt8(ascii: "{"))
        structure.begin(.object)
    }

    /// Closes the innermost object.
    public mutating func endObject() {
        put(UInt8(ascii: "}"))
        structure.end(.object)
    }

    /// Opens an array; values follow until `endArray`.
    public mutating func beginArray() {
        separate()
        put(UInt8(ascii: "["))
        structure.begin(.array)
    }

    /// Closes the innermost array.
    public mutating func endArray() {
        put(UInt8(ascii: "]"))
        structure.end(.array)
    }

    /// The key of the value that is written next: printable ASCII without quotes and backslashes. Whether it was written
    /// before is not looked at.
    public mutating func key(_ key: StaticString) {
        key.withUTF8Buffer { putString($0, end: UInt8(ascii: ":")) }
        structure.key()
    }

    /// The key of the value that is written next, made at run time.
    public mutating func key(text key: String) {
        var key = key
        key.withUTF8 { putString($0, end: UInt8(ascii: ":")) }
        structure.key()
    }

    /// A string, escaped.
    public mutating func string(_ text: String) {
        // To have the storage without a copy of the reference to it: records are made of short texts.
        if text.utf8.withContiguousStorageIfAvailable({ putString($0, end: nil) }) == nil {
            var text = text
            text.withUTF8 { putString($0, end: nil) }
        }
        structure.value()
    }

    /// Bytes that are not UTF-8 are replaced by U+FFFD.
    public mutating func string(utf8 text: some Sequence<UInt8>) {
        string(String(decoding: Array(text), as: UTF8.self))
    }

    /// A number in decimal digits.
    public mutating func integer(_ value: Int) {
        separate()
        if value < 0 { put(UInt8(ascii: "-")) }
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = digits.count
        var rest = value.magnitude
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        for index in first..<digits.count { put(digits[index]) }
        structure.value()
    }

    /// `true` or `false`.
    public mutating func boolean(_ value: Bool) { literal(value ? "true" : "false") }
    /// `null`.
    public mutating func null() { literal("null") }

    /// A key, as `key` takes it, and a string.
    public mutating func member(_ name: StaticString, _ value: String) {
        let isWritten: Void? = value.utf8.withContiguousStorageIfAvailable { value in
            name.withUTF8Buffer { putMember($0, value) }
        }
        guard isWritten == nil else { return }
        key(name)
        string(value)
    }

    /// A string of `prefix` and two lower-case hexadecimal digits for each byte. `prefix` must need no escape.
    public mutating func string(_ prefix: StaticString, hexadecimal bytes: [UInt8]) {
        reserve(prefix.utf8CodeUnitCount + 2 * bytes.count + 3)
        let needsComma = structure.needsComma
        count = storage.withUnsafeMutableBytes { [count] storage in
            var position = count
            @inline(always) func put(_ byte: UInt8) {
                storage[position] = byte
                position &+= 1
            }
            if needsComma { put(UInt8(ascii: ",")) }
            put(UInt8(ascii: "\""))
            prefix.withUTF8Buffer { for byte in $0 { put(byte) } }
            for byte in bytes {
                put(JSONWriter.digits.utf8Start[Int(byte >> 4)])
                put(JSONWriter.digits.utf8Start[Int(byte & 0xF)])
            }
            put(UInt8(ascii: "\""))
            return position
        }
        structure.value()
    }

    private static let digits: StaticString = "0123456789abcdef"

    /// A key and a number.
    public mutating func member(_ name: StaticString, _ value: Int) {
        key(name)
        integer(value)
    }

    /// A key and `true` or `false`.
    public mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        boolean(value)
    }
}

// MARK: - Repetition

extension JSONWriter {
    /// Writes members of an object again, in another one: all that was written while `byteCount` went from the range's
    /// lower to its upper bound. There, as here, a member must precede them, and the range must hold whole members of one
    /// object; if it does not, the text is no longer `isWhole`.
    public mutating func repeatMembers(_ members: Range<Int>) {
        guard structure.needsComma, members.lowerBound >= 0, members.upperBound <= count,
            !members.isEmpty, storage[members.lowerBound] == UInt8(ascii: ",")
        else { return structure.fail() }
        reserve(members.count)
        let end = count + members.count
        storage.withUnsafeMutableBytes { [count] storage in
            UnsafeMutableRawBufferPointer(rebasing: storage[count..<end])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[members]))
        }
        count = end
    }
}

// MARK: - Bytes

extension JSONWriter {
    private mutating func separate() {
        if structure.needsComma { put(UInt8(ascii: ",")) }
    }

    private mutating func literal(_ text: StaticString) {
        separate()
        text.withUTF8Buffer { text in
            for byte in text { put(byte) }
        }
        structure.value()
    }

    @inline(always)
    private mutating func put(_ byte: UInt8) {
        reserve(1)
        storage[count] = byte
        count &+= 1
    }

    @inline(always)
    private mutating func reserve(_ bytes: Int) {
        if count &+ bytes > storage.count { grow(by: bytes) }
    }

    @inline(never)
    private mutating func grow(by bytes: Int) {
        storage.append(contentsOf: repeatElement(0, count: max(bytes, storage.count, 64)))
    }

    /// A comma if one is needed, the text in quotes, and `end`. `text` is valid UTF-8: it is the storage of a string.
    /// Nearly all texts need no escape.
    private mutating func putString(_ text: UnsafeBufferPointer<UInt8>, end: UInt8?) {
        let isWritten = write(atMost: text.count + 4) { pen in
            let isPlain = pen.put(quoted: text)
            if let end { pen.put(end) }
            return isPlain
        }
        if !isWritten { putEscapedString(text, end: end) }
    }

    /// A key and a string in one step, as `putString` writes each: most of a record is made of these.
    private mutating func putMember(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        let isWritten = write(atMost: name.count + value.count + 6) { pen in
            let isPlain = pen.put(quoted: name)
            pen.put(UInt8(ascii: ":"))
            return pen.put(quoted: value) && isPlain
        }
        if !isWritten { putString(name, end: UInt8(ascii: ":")) }
        structure.key()
        if !isWritten { putEscapedString(value, end: nil) }
        structure.value()
    }

    /// A comma if one is needed, and what `body` writes, which is at most so many bytes; nothing of it is kept if it says
    /// that it cannot be written so.
    @inline(always)
    private mutating func write(atMost bytes: Int, _ body: (inout Pen) -> Bool) -> Bool {
        reserve(bytes)
        let needsComma = structure.needsComma
        let end = storage.withUnsafeMutableBytes { [count] storage -> Int? in
            guard let start = storage.baseAddress else { return nil }
            var pen = Pen(place: start + count)
            if needsComma { pen.put(UInt8(ascii: ",")) }
            return body(&pen) ? pen.place - start : nil
        }
        guard let end else { return false }
        count = end
        return true
    }

    /// Where the next byte goes, in memory that was reserved for what it writes.
    private struct Pen {
        var place: UnsafeMutableRawPointer

        @inline(always)
        mutating func put(_ byte: UInt8) {
            place.storeBytes(of: byte, as: UInt8.self)
            place += 1
        }

        /// Whether that is how the text is written.
        @inline(always)
        mutating func put(quoted text: UnsafeBufferPointer<UInt8>) -> Bool {
            put(UInt8(ascii: "\""))
            let isPlain = JSONStringEscaping.copyPlain(UnsafeRawBufferPointer(text), to: place)
            place += text.count
            put(UInt8(ascii: "\""))
            return isPlain
        }
    }

    private mutating func putEscapedString(_ text: UnsafeBufferPointer<UInt8>, end: UInt8?) {
        separate()
        put(UInt8(ascii: "\""))
        var index = 0
        while index < text.count {
            let length = JSONStringEscaping.escapedLength(text, at: index)
            if length == 0 {
                put(text[index])
            } else {
                for byte in JSONStringEscaping.escape(text, at: index, length: length) { put(byte) }
            }
            index += max(length, 1)
        }
        put(UInt8(ascii: "\""))
        if let end { put(end) }
    }
}
