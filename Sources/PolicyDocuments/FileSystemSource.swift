import Glibc
public import Trust

/// Documents in the file system.
public struct FileSystemSource: DocumentSource {
    private let materials: any MaterialSource

    /// - Parameter materials: what is known of mirrors.
    public init(materials: any MaterialSource = NoMirrors()) { self.materials = materials }

    public func material(of target: MirroredTarget) -> MirroredMaterial { materials.material(of: target) }

    public func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String] {
        guard isPath(directory), let stream = opendir(directory) else { throw lastError() }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw lastError() }
                return names
            }
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            guard names.count < limit else {
                throw DocumentSourceError("holds more than \(limit) files")
            }
            names.append(name)
        }
    }

    public func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] {
        guard isPath(path) else { throw lastError() }
        // O_NONBLOCK: opening a named pipe must not wait for its writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw lastError() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw lastError() }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw DocumentSourceError(status.st_mode & S_IFMT == S_IFDIR ? "is a directory" : "is not a regular file")
        }
        guard Int(status.st_size) <= limit else {
            throw DocumentSourceError("is \(status.st_size) bytes long, at most \(limit) are read")
        }
        return try read(descriptor, limit: limit)
    }

    /// The file may grow while it is read, so the limit counts again.
    private func read(_ descriptor: Int32, limit: Int) throws(DocumentSourceError) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw lastError() }
            guard count > 0 else { return content }
            content += chunk.prefix(count)
            guard content.count <= limit else {
                throw DocumentSourceError("is longer than \(limit) bytes")
            }
        }
    }

    /// The directory and the links that lead to it: kubelet writes a new directory beside the old one of a ConfigMap
    /// volume and turns the one link `..data`, so all files change at one moment, and a directory is a link in other
    /// places. A link that is turned is another file. In a plain directory the times change when a name comes, goes or
    /// stands for another file; what is written into a file that stays is not seen.
    public func generation(of directory: String) -> String {
        [directory, directory + "/..data"].filter(isPath).map { path in
            var link = stat()
            var target = stat()
            guard lstat(path, &link) == 0, stat(path, &target) == 0 else { return "none" }
            return "\(identity(of: link)) \(identity(of: target))"
        }.joined(separator: ", ")
    }

    public func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return isPath(path) && lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func identity(of status: stat) -> String {
        let times = [status.st_mtim, status.st_ctim].map { "\($0.tv_sec).\($0.tv_nsec)" }
        return "\(status.st_dev):\(status.st_ino):\(times.joined(separator: ":"))"
    }

    /// A text with a NUL byte in it names another file to C than it shows.
    private func isPath(_ text: String) -> Bool {
        guard text.utf8.contains(0) else { return true }
        errno = ENOENT
        return false
    }

    private func lastError() -> DocumentSourceError {
        switch errno {
        case ENOENT: .absent
        case EACCES, EPERM: DocumentSourceError("cannot be read: permission denied")
        case ENOTDIR: DocumentSourceError("is not a directory")
        case ELOOP: DocumentSourceError("is a symbolic link that leads to itself")
        case let code: DocumentSourceError("cannot be read: \(String(cString: strerror(code)))")
        }
    }
}
