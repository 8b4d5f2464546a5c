import COpenSSL

/// Bytes that nobody can predict.
public enum SecureRandom {
    /// `count` bytes of OpenSSL's generator; none if `count` is not positive.
    public static func bytes(_ count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        if let length = Int32(exactly: count), RAND_bytes(&bytes, length) == 1 { return bytes }
        // OpenSSL's generator fails only if it cannot seed itself. The kernel's own, which Swift's generator reads, is
        // then the better answer than predictable bytes or a dead process.
        ERR_clear_error()
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
