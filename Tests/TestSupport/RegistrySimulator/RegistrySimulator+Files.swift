import Synchronization

extension RegistrySimulator {
    /// Serves these files beside the registry and in place of those before, as a plain web server does: by the path under
    /// `folder`, byte for byte.
    public func serve(_ files: [String: [UInt8]], under folder: String = "") {
        state.withLock { state in
            state.files = Dictionary(uniqueKeysWithValues: files.map { ("\(folder)/\($0.key)", $0.value) })
        }
    }

    func file(_ path: String) -> SimulatedAnswer? {
        state.withLock { $0.files[path] }.map { SimulatedAnswer(status: 200, headers: [], body: $0) }
    }
}
