import Cryptography
import Testing

@Suite struct SHA2Tests {
    @Test("the vectors of FIPS 180-4 for `abc`")
    func vectors() {
        let message = Array("abc".utf8)
        #expect(SHA2.sha256(message).hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            SHA2.sha384(message).hexadecimal
                == "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7")
        #expect(
            SHA2.sha512(message).hexadecimal
                == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")
    }

    @Test("no bytes at all have a digest too, however they are held")
    func empty() {
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(SHA2.sha256([UInt8]()).hexadecimal == expected)
        #expect(SHA2.sha256([UInt8]()[...]).hexadecimal == expected)
        #expect(SHA256Digester().finish().hexadecimal == expected)
    }

    @Test("a slice, a lazy sequence of bytes and an array hash alike")
    func collections() {
        let message = SecureRandom.bytes(1_000)
        #expect(SHA2.sha256(message[...]) == SHA2.sha256(message))
        #expect(SHA2.sha256(message.lazy.map { $0 }) == SHA2.sha256(message))
        #expect(SHA2.sha256(message.dropFirst()) != SHA2.sha256(message))
    }

    @Test("the digest does not depend on how the bytes were cut", arguments: [1, 7, 64, 999, 1_000])
    func pieces(size: Int) {
        let message = SecureRandom.bytes(1_000)
        var digester = SHA256Digester()
        for start in stride(from: 0, to: message.count, by: size) {
            digester.update(Array(message[start..<min(start + size, message.count)]))
        }
        #expect(digester.finish() == SHA2.sha256(message))
    }
}
