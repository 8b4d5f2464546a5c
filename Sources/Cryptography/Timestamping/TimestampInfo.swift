import Timestamp

/// What an authority signs: that a digest existed at a time (TSTInfo of RFC 3161 section 2.4.2).
struct TimestampInfo: Sendable {
    let imprintAlgorithm: HashFunction
    let imprint: [UInt8]
    let time: Instant
    /// Zero if it is not stated.
    let accuracy: Duration

    init(_ bytes: [UInt8]) throws(TimestampRefusal) {
        let fields: Fields
        do throws(DERError) { fields = try Fields(bytes) } catch { throw .malformed(.info) }
        guard fields.version.integer == 1 else { throw .version }
        guard let function = fields.imprintAlgorithm.hashFunction else { throw .imprintAlgorithm }
        guard fields.imprint.count == function.digestLength else { throw .malformed(.info) }
        guard let time = Instant(generalizedTime: fields.time.content) else { throw .time }
        guard let accuracy = TimestampInfo.accuracy(fields.accuracy) else { throw .accuracy }
        for item in fields.extensions where item.isCritical { throw .criticalExtension }
        (imprintAlgorithm, imprint) = (function, Array(fields.imprint))
        (self.time, self.accuracy) = (time, accuracy)
    }

    /// Nil if it is not written as RFC 3161 has it, negative, or so wide that the time says nothing.
    private static func accuracy(_ element: DERElement?) -> Duration? {
        guard var fields = element?.reader else { return .zero }
        let longest = Int(VerifiedTimestamp.maximumAccuracy.components.seconds)
        guard let seconds = part(DERTag.integer, upTo: longest, of: &fields),
            let milliseconds = part(DERTag.primitive(0), upTo: 999, of: &fields),
            let microseconds = part(DERTag.primitive(1), upTo: 999, of: &fields), fields.isAtEnd
        else { return nil }
        return .seconds(seconds) + .milliseconds(milliseconds) + .microseconds(microseconds)
    }

    /// Zero if it is not there, nil if it is none.
    private static func part(_ tag: UInt8, upTo limit: Int, of fields: inout DERReader) -> Int? {
        do throws(DERError) {
            guard let part = try fields.optional(tag) else { return 0 }
            return part.integer.flatMap { (0...limit).contains($0) ? $0 : nil }
        } catch {
            return nil
        }
    }

    /// The parts as they stand there.
    private struct Fields {
        let version: DERElement
        let imprintAlgorithm: AlgorithmIdentifier
        let imprint: ArraySlice<UInt8>
        let time: DERElement
        let accuracy: DERElement?
        let extensions: [CertificateExtension]

        init(_ bytes: [UInt8]) throws(DERError) {
            let info = try DERReader(bytes[...]).only(DERTag.sequence)
            guard info.isStrict else { throw DERError() }
            var fields = info.reader
            version = try fields.element(DERTag.integer)
            _ = try fields.element(DERTag.objectIdentifier)
            var imprint = try fields.element(DERTag.sequence).reader
            imprintAlgorithm = try AlgorithmIdentifier(try imprint.element(DERTag.sequence))
            self.imprint = try imprint.only(DERTag.octetString).content
            _ = try fields.element(DERTag.integer)  // the serial number
            time = try fields.element(DERTag.generalizedTime)
            accuracy = try fields.optional(DERTag.sequence)
            _ = try fields.optional(DERTag.boolean)  // ordering
            _ = try fields.optional(DERTag.integer)  // nonce, of interest to who asked for the token
            _ = try fields.optional(DERTag.constructed(0))  // the authority's name, which its certificate says better
            extensions = try CertificateExtension.list(of: try fields.optional(DERTag.constructed(1)))
            try fields.finish()
        }
    }
}
