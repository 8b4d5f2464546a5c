import StrictJSON
import TestSupport
import Testing

/// Random documents, written and read back. The seed is part of every failure.
@Suite("What is written is read back")
struct JSONRoundTripTests {
    @Test("random documents survive writer and parser", arguments: 0..<40)
    func roundTrip(_ run: Int) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SplitMix(seed: seed)
        for _ in 0..<25 {
            let model = Model.random(&generator, depth: 0)
            var writer = JSONWriter()
            model.write(&writer)
            let root = try JSONDocument(parsing: writer.bytes).root
            #expect(model.isEqual(root), "seed \(seed): \(String(decoding: writer.bytes, as: UTF8.self))")
        }
    }

    @Test("a document with one byte changed is read or refused, and never traps", arguments: 0..<20)
    func mutation(_ run: Int) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SplitMix(seed: seed)
        var writer = JSONWriter()
        Model.random(&generator, depth: 0).write(&writer)
        for _ in 0..<200 {
            var bytes = writer.bytes
            bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator)) }
            guard let document = try? JSONDocument(parsing: bytes) else { continue }
            visit(document.root)
        }
    }

    /// Touches everything that a value offers.
    private func visit(_ value: JSONValue) {
        _ = (value.string, value.integer, value.numberText, value.boolean, value.byteRange)
        for element in value.elements { visit(element) }
        for (key, member) in value.members {
            #expect(value[key: key] != nil)
            visit(member)
        }
    }
}

private indirect enum Model {
    case object([(String, Model)])
    case array([Model])
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case null

    static func random(_ generator: inout SplitMix, depth: Int) -> Model {
        switch Int.random(in: 0..<(depth < 5 ? 8 : 5), using: &generator) {
        case 0: return .null
        case 1: return .boolean(.random(using: &generator))
        case 2:
            return .integer(Int(truncatingIfNeeded: generator.next() >> UInt64.random(in: 0..<64, using: &generator)))
        case 3, 4: return .string(randomText(&generator))
        case 5:
            return .array(
                (0..<Int.random(in: 0..<6, using: &generator)).map { _ in random(&generator, depth: depth + 1) })
        default:
            var members: [(String, Model)] = []
            for _ in 0..<Int.random(in: 0..<(depth == 0 ? 50 : 6), using: &generator) {
                let key = randomText(&generator)
                guard !members.contains(where: { $0.0.utf8.elementsEqual(key.utf8) }) else { continue }
                members.append((key, random(&generator, depth: depth + 1)))
            }
            return .object(members)
        }
    }

    private static func randomText(_ generator: inout SplitMix) -> String {
        let alphabets: [ClosedRange<UInt32>] = [
            0x61...0x7A, 0x00...0x7F, 0x80...0x7FF, 0x2020...0x2030, 0x10000...0x10FFFF,
        ]
        let alphabet = alphabets[Int.random(in: alphabets.indices, using: &generator)]
        var text = ""
        for _ in 0..<Int.random(in: 0..<24, using: &generator) {
            let isPlain = Int.random(in: 0..<3, using: &generator) > 0
            let value = UInt32.random(in: isPlain ? 0x61...0x7A : alphabet, using: &generator)
            if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
        }
        return text
    }

    func write(_ writer: inout JSONWriter) {
        switch self {
        case .object(let members):
            writer.beginObject()
            for (key, value) in members {
                writer.key(text: key)
                value.write(&writer)
            }
            writer.endObject()
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(&writer) }
            writer.endArray()
        case .string(let text): writer.string(text)
        case .integer(let value): writer.integer(value)
        case .boolean(let value): writer.boolean(value)
        case .null: writer.null()
        }
    }

    func isEqual(_ value: JSONValue) -> Bool {
        switch self {
        case .object(let members):
            guard value.kind == .object, value.count == members.count else { return false }
            return zip(members, value.members).allSatisfy { expected, found in
                expected.0.utf8.elementsEqual(found.key.utf8) && expected.1.isEqual(found.value)
                    && value[key: expected.0].map(expected.1.isEqual) == true
            }
        case .array(let elements):
            guard value.kind == .array, value.count == elements.count else { return false }
            return zip(elements, value.elements).allSatisfy { $0.isEqual($1) }
        case .string(let text): return value.string?.utf8.elementsEqual(text.utf8) == true
        case .integer(let number): return value.integer == number
        case .boolean(let boolean): return value.boolean == boolean
        case .null: return value.isNull
        }
    }
}
