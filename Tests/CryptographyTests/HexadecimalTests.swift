import Cryptography
import Testing

@Suite struct HexadecimalTests {
    @Test("every byte is two lower-case digits")
    func everyByte() {
        #expect([UInt8]().hexadecimal == "")
        #expect([0x00, 0x0f, 0xa0, 0xff].hexadecimal == "000fa0ff")
        #expect((UInt8.min...UInt8.max).hexadecimal.utf8.count == 512)
    }
}
