/// Text within DER.
public enum DERText {
    /// What a UTF8String (X.690 section 8.23) says.
    ///
    /// Nil unless the bytes are exactly one, in strict DER, and well-formed UTF-8.
    public static func utf8String(_ bytes: [UInt8]) -> String? {
        var reader = DERReader(bytes[...])
        guard let element = try? reader.element(DERTag.utf8String), reader.isAtEnd else { return nil }
        return String(validating: element.content, as: UTF8.self)
    }
}
