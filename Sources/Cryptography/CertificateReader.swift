import COpenSSL
import Timestamp

/// Gets the parts of a certificate out of OpenSSL. Each is nil if what stands there cannot be read.
struct CertificateReader {
    let handle: CertificateHandle

    /// Nil unless the bytes are one DER Certificate from the first to the last.
    init?(der: [UInt8]) {
        guard !der.isEmpty else { return nil }
        let (pointer, consumed) = der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            let pointer = d2i_X509(nil, &cursor, buffer.count)
            return (pointer, cursor.map { $0 - (buffer.baseAddress ?? $0) } ?? 0)
        }
        guard let pointer else { return nil }
        handle = CertificateHandle(adopting: pointer)
        guard consumed == der.count else { return nil }
    }

    init(_ handle: CertificateHandle) {
        self.handle = handle
    }

    // MARK: - Names

    var subject: String? { CertificateReader.text(of: X509_get_subject_name(handle.pointer)) }
    var issuer: String? { CertificateReader.text(of: X509_get_issuer_name(handle.pointer)) }

    /// RFC 2253, in UTF-8, control characters escaped.
    private static func text(of name: OpaquePointer?) -> String? {
        let flags = [
            ASN1_STRFLGS_ESC_2253, ASN1_STRFLGS_ESC_CTRL, ASN1_STRFLGS_UTF8_CONVERT, ASN1_STRFLGS_DUMP_UNKNOWN,
            ASN1_STRFLGS_DUMP_DER, XN_FLAG_SEP_COMMA_PLUS, XN_FLAG_DN_REV, XN_FLAG_DUMP_UNKNOWN_FIELDS,
        ].reduce(UInt(0)) { $0 | UInt($1) }
        guard let name, let bytes = MemoryOutput()?.collect({ X509_NAME_print_ex($0, name, 0, flags) >= 0 }) else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Empty without the extension.
    var alternativeNames: [Certificate.AlternativeName]? {
        guard let stack = extensionValue(NID_subject_alt_name) else { return nil }
        guard let stack = stack.value else { return [] }
        defer { GENERAL_NAMES_free(stack) }
        return (0..<max(0, OPENSSL_sk_num(stack))).map { index in
            guard let element = OPENSSL_sk_value(stack, index) else { return .other }
            return CertificateReader.name(element.assumingMemoryBound(to: GENERAL_NAME.self).pointee)
        }
    }

    private static func name(_ name: GENERAL_NAME) -> Certificate.AlternativeName {
        switch name.type {
        case GEN_DNS: plainText(name.d.dNSName).map { .dns($0) } ?? .other
        case GEN_EMAIL: plainText(name.d.rfc822Name).map { .email($0) } ?? .other
        case GEN_URI: plainText(name.d.uniformResourceIdentifier).map { .uri($0) } ?? .other
        case GEN_IPADD: address(bytes(of: name.d.iPAddress)).map { .ip($0) } ?? .other
        case GEN_DIRNAME: text(of: name.d.directoryName).map { .directory($0) } ?? .other
        case GEN_OTHERNAME: otherName(name.d.otherName) ?? .other
        default: .other
        }
    }

    /// IA5String (RFC 5280 section 4.2.1.6); nil if it holds what no such name has: another byte, or a NUL behind which a
    /// careless reader stops.
    private static func plainText(_ string: UnsafeMutablePointer<ASN1_STRING>?) -> String? {
        let bytes = bytes(of: string)
        return bytes.allSatisfy { (0x01...0x7F).contains($0) } ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// Nil unless its value is a UTF8String.
    private static func otherName(_ name: UnsafeMutablePointer<OTHERNAME>?) -> Certificate.AlternativeName? {
        guard let name, let value = name.pointee.value, value.pointee.type == V_ASN1_UTF8STRING,
            let text = String(validating: bytes(of: value.pointee.value.utf8string), as: UTF8.self),
            !text.utf8.contains(0)
        else { return nil }
        return .otherName(type: dottedDigits(of: name.pointee.type_id), text: text)
    }

    private static func bytes(of string: UnsafeMutablePointer<ASN1_STRING>?) -> [UInt8] {
        guard let string, let data = ASN1_STRING_get0_data(string) else { return [] }
        return Array(UnsafeBufferPointer(start: data, count: max(0, Int(ASN1_STRING_length(string)))))
    }

    /// Nil unless it is an IPv4 or IPv6 address.
    private static func address(_ bytes: [UInt8]) -> String? {
        switch bytes.count {
        case 4: bytes.map(String.init).joined(separator: ".")
        case 16:
            stride(from: 0, to: 16, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
                .joined(separator: ":")
        default: nil
        }
    }

    // MARK: - Validity, key, usage

    var notBefore: Instant? { CertificateReader.instant(X509_get0_notBefore(handle.pointer)) }
    var notAfter: Instant? { CertificateReader.instant(X509_get0_notAfter(handle.pointer)) }

    private static func instant(_ time: UnsafePointer<ASN1_TIME>?) -> Instant? {
        guard let time, let epoch = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_STRING_free(epoch) }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
        return Instant(secondsSince1970: Int64(days) * 86_400 + Int64(seconds))
    }

    var publicKey: Certificate.CertifiedKey? {
        guard let info = SubjectPublicKeyInfo(copying: X509_get_X509_PUBKEY(handle.pointer)) else { return nil }
        do throws(KeyError) {
            return .key(try PublicKey(certified: info))
        } catch {
            return .unusable(error)
        }
    }

    var serialNumber: String {
        guard let number = X509_get0_serialNumber(handle.pointer), let data = ASN1_STRING_get0_data(number) else {
            return ""
        }
        return UnsafeBufferPointer(start: data, count: max(0, Int(ASN1_STRING_length(number)))).hexadecimal
    }

    var isAuthority: Bool { X509_get_extension_flags(handle.pointer) & UInt32(EXFLAG_CA) != 0 }

    /// Whether OpenSSL could read all extensions that it knows.
    var hasReadableExtensions: Bool { X509_get_extension_flags(handle.pointer) & UInt32(EXFLAG_INVALID) == 0 }

    var pathLength: Int? {
        let length = Int(X509_get_pathlen(handle.pointer))
        return length < 0 ? nil : length
    }

    var keyUsage: KeyUsage? {
        let bits = X509_get_key_usage(handle.pointer)
        return bits == .max ? nil : KeyUsage(rawValue: bits)
    }

    var hasEmptySubject: Bool { X509_NAME_entry_count(X509_get_subject_name(handle.pointer)) == 0 }

    var signatureAlgorithm: String {
        OBJ_nid2sn(X509_get_signature_nid(handle.pointer)).map { String(cString: $0) } ?? "unknown"
    }

    /// Empty without the extension.
    var extendedKeyUsage: [String]? {
        guard let stack = extensionValue(NID_ext_key_usage) else { return nil }
        guard let stack = stack.value else { return [] }
        defer { EXTENDED_KEY_USAGE_free(stack) }
        return (0..<max(0, OPENSSL_sk_num(stack))).map { index in
            objectName(of: OPENSSL_sk_value(stack, index).map { OpaquePointer($0) })
        }
    }

    private struct ExtensionValue {
        /// Nil if the certificate has no such extension.
        let value: OpaquePointer?
    }

    /// Nil if the extension is malformed, or there twice.
    private func extensionValue(_ identifier: Int32) -> ExtensionValue? {
        var critical: Int32 = 0
        let value = X509_get_ext_d2i(handle.pointer, identifier, &critical, nil)
        if let value { return ExtensionValue(value: OpaquePointer(value)) }
        return critical == -1 ? ExtensionValue(value: nil) : nil
    }
}
