import Cryptography
import Foundation
import Testing

@Suite struct Base64Tests {
    @Test(
        "the vectors of RFC 4648 section 10 decode and encode",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded.utf8) == Array(plain.utf8))
    }

    @Test("random bytes survive, and Foundation writes them alike", arguments: [1, 2, 3, 64, 71, 255, 1_000])
    func roundTrip(count: Int) {
        let bytes = SecureRandom.bytes(count)
        let text = Base64.encode(bytes)
        #expect(text == Data(bytes).base64EncodedString())
        #expect(Base64.decode(text.utf8) == bytes)
    }

    @Test(
        "S42: what is not the one encoding of some bytes is refused",
        arguments: [
            "Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zm9v====", "Zm=v", "=Zm9",  // padding
            "Zh==", "Zm9=",  // bits that padding leaves over
            "Zm9v\n", " Zm9v", "Zm9 v", "Zm\n9v", "Zm9v\r\nZm9v",  // white space
            "Zm9-", "Zm9_", "Zm9*", "Zm9\u{e9}",  // other alphabets
            "Zg==Zg==",  // two texts
        ])
    func refused(text: String) {
        #expect(Base64.decode(text.utf8) == nil)
    }
}
