/// Keys that describe their curve instead of naming it, which RFC 5480 section 2.1.1 forbids in certificates.
///
/// OpenSSL takes as long to read one as whoever made up the curve wants, hundreds of milliseconds, so it is never given one.
enum ExplicitCurve {
    /// Whether the SubjectPublicKeyInfo holds one. Nothing else is said about it: bytes that are none are for others to refuse.
    static func isDescribed(in info: ArraySlice<UInt8>) -> Bool {
        var outer = DERReader(info)
        guard var fields = try? outer.element(DERTag.sequence).reader,
            var algorithm = try? fields.element(DERTag.sequence).reader,
            let identifier = try? algorithm.element(DERTag.objectIdentifier),
            OID(bytes: identifier.content) == .ellipticCurveKey
        else { return false }
        return (try? algorithm.element(DERTag.sequence)) != nil
    }
}
