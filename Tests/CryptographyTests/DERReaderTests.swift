import TestSupport
import Testing

@testable import Cryptography

@Suite struct DERReaderTests {
    private func element(_ bytes: [UInt8]) -> DERElement? {
        var reader = DERReader(bytes[...])
        guard let element = try? reader.element(), reader.isAtEnd else { return nil }
        return element
    }

    @Test("lengths are definite and in their shortest form, and never beyond the end")
    func lengths() {
        #expect(element([0x04, 0x01, 0x07])?.content == [0x07])
        #expect(element([0x04, 0x81, 0x80] + [UInt8](repeating: 1, count: 128))?.content.count == 128)
        #expect(element([0x04, 0x82, 0x01, 0x00] + [UInt8](repeating: 1, count: 256))?.content.count == 256)
        for bytes: [UInt8] in [
            [], [0x04], [0x04, 0x01], [0x04, 0x02, 0x07], [0x04, 0x81, 0x01, 0x07], [0x04, 0x80, 0x07, 0x00, 0x00],
            [0x04, 0x82, 0x00, 0x80] + [UInt8](repeating: 1, count: 128), [0x04, 0x85, 0, 0, 0, 0, 1, 7],
            [0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x04, 0x88, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x1F, 0x01, 0x00], [0x04, 0xFF],
        ] {
            #expect(element(bytes) == nil, "\(bytes)")
        }
    }

    @Test("an integer is read in its shortest form, up to 64 bits")
    func integers() {
        for value in [0, 1, -1, 127, 128, -128, -129, 255, 256, .max, .min] {
            #expect(element(DER.integer(value))?.integer == value)
        }
        for content: [UInt8] in [[], [0, 1], [0xFF, 0x80], [0, 0x80, 0, 0, 0, 0, 0, 0, 0]] {
            #expect(element(DER.element(tag: 0x02, content))?.integer == nil)
        }
    }

    @Test("what BER allows beside DER is told, however deep it stands")
    func strict() {
        let inner: [([UInt8], Bool)] = [
            (DER.integer(5), true), (DER.boolean(true), true), (DER.null, true), (DER.octetString([0x1F]), true),
            ([0x02, 0x02, 0x00, 0x05], false), ([0x01, 0x01, 0x01], false), ([0x01, 0x00], false),
            ([0x05, 0x01, 0x00], false), ([0x24, 0x03, 0x04, 0x01, 0x07], false), ([0x10, 0x00], false),
            ([0x30, 0x80, 0x00, 0x00], false), ([0x04, 0x81, 0x01, 0x07], false), ([0xA0, 0x01, 0x04], false),
        ]
        for (bytes, isStrict) in inner {
            let wrapped = DER.sequence(DER.explicit(1, DER.sequence(bytes)))
            #expect(element(wrapped)?.isStrict == isStrict, "\(bytes)")
        }
        let deep = (0..<10_000).reduce(DER.null) { inner, _ in DER.sequence(inner) }
        #expect(element(deep)?.isStrict == false)
    }

    @Test("object identifiers are written as their dotted digits say, and only digits are taken")
    func identifiers() throws {
        for dotted in ["2.5.29.37", "1.3.6.1.4.1.57264.1.8", "1.3.6.1.4.1.11129.2.4.2", "2.999.1", "0.0"] {
            let written = try #require(element(DER.oid(dotted)))
            #expect(OID(dotted)?.bytes == Array(written.content), "\(dotted)")
        }
        #expect(OID("2.5.29.37") == .extendedKeyUsage)
        for text in ["", "1", "3.1", "1.40", "1..2", "1.2.", "1.-2", "1.a", "1.2.4294967296", "1.99999999999999999999"]
        {
            #expect(OID(text) == nil, "\(text)")
        }
    }

    @Test("what is written is what is read")
    func writing() {
        for count in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = [UInt8](repeating: 7, count: count)
            #expect(derElement(0x04, content) == DER.octetString(content))
            #expect(element(derElement(0x04, content))?.content.count == count)
        }
    }

    @Test("a UTF8String is read as text, and nothing else is")
    func text() {
        #expect(DERText.utf8String(DER.utf8String("Grüße")) == "Grüße")
        for bytes: [UInt8] in [
            [], DER.printableString("a"), DER.utf8String("a") + [0], [0x0C, 0x02, 0x61], [0x0C, 0x01, 0xFF],
            [0x0C, 0x81, 0x01, 0x61],
        ] {
            #expect(DERText.utf8String(bytes) == nil)
        }
    }
}
