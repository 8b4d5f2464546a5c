import COpenSSL

/// Finds the path from a certificate to an anchor and holds it against RFC 5280, with OpenSSL. Signatures and times are not
/// looked at here: `TrustAnchors` verifies each signature once, and judges one path at many times.
///
/// INVARIANT: the `X509_STORE` is complete before this object is made and only searched after, under the store's own lock;
/// each search has a context of its own. It is freed only when nothing refers to this object any more.
final class AnchorStore: @unchecked Sendable {
    /// Between the leaf and the anchor. Real chains have one or two.
    static let maximumDepth: Int32 = 8
    /// OpenSSL's level of 112 bits: RSA of 2048 bits and more, no SHA-1, no MD5.
    private static let securityLevel: Int32 = 2

    private let pointer: OpaquePointer

    /// Nil if there is no memory.
    init?(_ anchors: [Certificate]) {
        guard let pointer = X509_STORE_new(), let parameters = X509_STORE_get0_param(pointer) else { return nil }
        self.pointer = pointer
        for anchor in anchors {
            guard let handle = anchor.handle, X509_STORE_add_cert(pointer, handle.pointer) == 1 else { return nil }
        }
        // An anchor is believed because it was given, self-signed or not.
        let flags = UInt(X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_X509_STRICT)
        guard X509_VERIFY_PARAM_set_flags(parameters, flags) == 1 else { return nil }
        X509_VERIFY_PARAM_set_depth(parameters, AnchorStore.maximumDepth)
        X509_VERIFY_PARAM_set_auth_level(parameters, AnchorStore.securityLevel)
        // The step of X509_verify_cert(3) that verifies signatures and times; `VerifiedChain` takes it.
        X509_STORE_set_verify(pointer) { _ in 1 }
    }

    deinit { X509_STORE_free(pointer) }

    /// The certificates from `leaf` to an anchor. `helpers` are offered as issuers, the first that fits is taken; `time`
    /// decides between those of which only some are valid.
    func path(
        from leaf: Certificate, helpers: [Certificate], anchors: [Certificate], at time: Int64
    ) throws(ChainError) -> [Certificate] {
        defer { ERR_clear_error() }
        guard let context = X509_STORE_CTX_new(), let untrusted = OPENSSL_sk_new_null() else {
            throw ChainError(.noPath, leaf)
        }
        defer {
            X509_STORE_CTX_free(context)
            OPENSSL_sk_free(untrusted)
        }
        for helper in helpers {
            guard let handle = helper.handle, OPENSSL_sk_push(untrusted, UnsafeRawPointer(handle.pointer)) > 0 else {
                throw ChainError(.noPath, leaf)
            }
        }
        guard let handle = leaf.handle, X509_STORE_CTX_init(context, pointer, handle.pointer, untrusted) == 1 else {
            throw ChainError(.noPath, leaf)
        }
        X509_STORE_CTX_set_time(context, 0, Int(time))
        let known = [leaf] + helpers + anchors
        guard X509_verify_cert(context) == 1 else {
            let culprit = X509_STORE_CTX_get_current_cert(context)
            throw ChainError(
                code: X509_STORE_CTX_get_error(context), known.first { $0.handle?.pointer == culprit } ?? leaf)
        }
        return try certificates(of: context, among: known, leaf)
    }

    /// The path as the values that it was made from: OpenSSL hands back the objects that it was given.
    private func certificates(
        of context: OpaquePointer, among known: [Certificate], _ leaf: Certificate
    ) throws(ChainError) -> [Certificate] {
        let chain = X509_STORE_CTX_get0_chain(context)
        var path: [Certificate] = []
        for index in 0..<max(0, OPENSSL_sk_num(chain)) {
            let pointer = OPENSSL_sk_value(chain, index).map { OpaquePointer($0) }
            guard let certificate = known.first(where: { $0.handle?.pointer == pointer }) else {
                throw ChainError(.noPath, leaf)
            }
            path.append(certificate)
        }
        return path
    }
}

extension ChainError {
    /// What OpenSSL's number of a refusal means.
    fileprivate init(code: Int32, _ certificate: Certificate) {
        let step: Step =
            switch code {
            case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_CHAIN_TOO_LONG, X509_V_ERR_CERT_UNTRUSTED:
                .noPath
            case X509_V_ERR_INVALID_CA, X509_V_ERR_INVALID_NON_CA: .basicConstraints
            case X509_V_ERR_PATH_LENGTH_EXCEEDED: .pathLength
            case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION: .criticalExtension
            case X509_V_ERR_KEYUSAGE_NO_CERTSIGN, X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA: .keyUsage
            case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL: .keySize
            case X509_V_ERR_CA_MD_TOO_WEAK: .algorithm(name: certificate.signatureAlgorithm)
            case X509_V_ERR_PERMITTED_VIOLATION, X509_V_ERR_EXCLUDED_VIOLATION, X509_V_ERR_SUBTREE_MINMAX,
                X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX,
                X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
                .nameConstraints
            default: .profile(X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "error \(code)")
            }
        self.init(step, certificate)
    }
}
