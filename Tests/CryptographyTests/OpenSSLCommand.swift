import Foundation

/// The `openssl` command: keys and signatures that this library had no hand in.
enum OpenSSLCommand {
    static let isPresent = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    struct Failure: Error {
        let script: String
    }

    /// Runs a shell script in a fresh directory that holds `files`, and returns what it writes to standard output.
    static func run(_ script: String, files: [String: [UInt8]] = [:]) throws -> [UInt8] {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, bytes) in files { try Data(bytes).write(to: directory.appendingPathComponent(name)) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-ec", script]
        process.currentDirectoryURL = directory
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(script: script) }
        return Array(bytes)
    }
}

/// The bytes that hexadecimal digits stand for; tests write vectors so.
func bytes(_ hexadecimal: String) -> [UInt8] {
    var result: [UInt8] = []
    var high: UInt8?
    for digit in hexadecimal.compactMap(\.hexDigitValue).map(UInt8.init) {
        if let first = high {
            result.append(first << 4 | digit)
            high = nil
        } else {
            high = digit
        }
    }
    return result
}
