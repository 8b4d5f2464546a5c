/// Ends the process: OpenSSL could not do what needs only memory and its default provider.
///
/// INVARIANT: no input leads here. It happens when memory is exhausted, or when the machine's OpenSSL configuration has no
/// SHA-2; to go on would mean to hand out a hash that is none.
func stopWithoutOpenSSL(_ task: StaticString) -> Never {
    fatalError("OpenSSL cannot \(task); check the memory limit and the providers in openssl.cnf")
}
