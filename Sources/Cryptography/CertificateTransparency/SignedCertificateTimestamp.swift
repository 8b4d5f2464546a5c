import Timestamp

/// A log's promise to publish a certificate, as it stands in the certificate (RFC 6962 sections 3.2 and 3.3).
struct SignedCertificateTimestamp {
    /// One certificate has two or three.
    static let maximumCount = 16

    let logID: [UInt8]
    let milliseconds: UInt64
    /// Copied verbatim: logs of the static kind keep the number of the entry there.
    let extensions: ArraySlice<UInt8>
    let hashAlgorithm: UInt8
    let signatureAlgorithm: UInt8
    let signature: [UInt8]

    /// Each element of the list that the extension holds; nil for one of another version than 1, of which nothing else is
    /// known.
    ///
    /// Throws `SCTListError.malformed` or `.tooMany`.
    static func list(in value: [UInt8]) throws(SCTListError) -> [SignedCertificateTimestamp?] {
        var reader = DERReader(value[...])
        guard let string = try? reader.element(DERTag.octetString), reader.isAtEnd else { throw .malformed }
        var outer = ByteReader(string.content)
        guard let list = outer.vector(), outer.isAtEnd, !list.isEmpty else { throw .malformed }
        var elements = ByteReader(list)
        var timestamps: [SignedCertificateTimestamp?] = []
        while !elements.isAtEnd {
            guard let element = elements.vector(), let version = element.first else { throw .malformed }
            guard timestamps.count < maximumCount else { throw .tooMany }
            // 0 means version 1.
            if version == 0 {
                guard let timestamp = SignedCertificateTimestamp(element.dropFirst()) else { throw .malformed }
                timestamps.append(timestamp)
            } else {
                timestamps.append(nil)
            }
        }
        return timestamps
    }

    /// What follows the version, to the last byte.
    private init?(_ bytes: ArraySlice<UInt8>) {
        var reader = ByteReader(bytes)
        guard let logID = reader.take(32), let milliseconds = reader.number(width: 8),
            let extensions = reader.vector(), let hashAlgorithm = reader.byte(),
            let signatureAlgorithm = reader.byte(), let signature = reader.vector(), reader.isAtEnd
        else { return nil }
        (self.logID, self.milliseconds, self.extensions) = (Array(logID), milliseconds, extensions)
        (self.hashAlgorithm, self.signatureAlgorithm) = (hashAlgorithm, signatureAlgorithm)
        self.signature = Array(signature)
    }

    /// Nil if it is after the year 9999.
    var time: Instant? {
        let time = Instant(
            secondsSince1970: Int64(clamping: milliseconds / 1_000),
            nanoseconds: Int32(truncatingIfNeeded: milliseconds % 1_000) * 1_000_000)
        return time < .latest ? time : nil
    }

    /// TLS's numbers of the hash and the signature (RFC 5246 section 7.4.1.4.1); nil for those that no log uses.
    var scheme: SignatureScheme? {
        switch (hashAlgorithm, signatureAlgorithm) {
        case (4, 3): .ecdsa(.sha256)
        case (4, 1): .rsaPKCS1(.sha256)
        default: nil
        }
    }

    /// What the log signed: the certificate as it was before the promise was put into it.
    func signedBytes(issuerKeyHash: [UInt8], tbsCertificate: [UInt8]) -> [UInt8] {
        // Version 1, a certificate_timestamp, of a precert_entry.
        var bytes: [UInt8] = [0, 0]
        bytes.append(bigEndian: milliseconds, width: 8)
        bytes += [0, 1]
        bytes += issuerKeyHash
        bytes.append(bigEndian: UInt64(tbsCertificate.count), width: 3)
        bytes += tbsCertificate
        bytes.append(bigEndian: UInt64(extensions.count), width: 2)
        return bytes + extensions
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian number: UInt64, width: Int) {
        for index in (0..<width).reversed() { append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(index)))) }
    }
}
