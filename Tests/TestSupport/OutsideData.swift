public import Foundation

/// Test data that is not part of the package: a variable names its folder, else it lies in `shared` beside the package.
public enum OutsideData {
    /// What API servers, registries and cosign really sent; nil if it is not there.
    public static let recordings = folder("recorded", namedBy: "DOCKGATE_RECORDED")
    /// The public suites, each in a folder of its own; nil if they are not there.
    public static let suites = folder("conformance", namedBy: "DOCKGATE_CONFORMANCE")

    /// Nil only if the variable is not set and the folder absent: what a person names has to be there.
    private static func folder(_ name: String, namedBy variable: String) -> URL? {
        if let path = ProcessInfo.processInfo.environment[variable] { return URL(fileURLWithPath: path) }
        var package = URL(fileURLWithPath: #filePath)
        for _ in 1...3 { package.deleteLastPathComponent() }
        let beside = package.deletingLastPathComponent().appendingPathComponent("shared").appendingPathComponent(name)
        if FileManager.default.fileExists(atPath: beside.path) { return beside }
        print("skipped: what needs \(beside.path), which is not there; \(variable) can name another folder")
        return nil
    }
}
