import Glibc
import PolicyDocuments

/// A directory of manifests, which stands for the files in it that `kubectl apply -f` would take.
struct ManifestDirectory {
    /// In the order of their names.
    let files: [String]
    /// What is passed over without being a mistake.
    let notices: [String]

    /// More than a person would lay into one directory.
    private static let maximumEntries = 10_000
    private static let endings = [".yaml", ".yml", ".json"]

    /// Nil if `path` is no directory, or one that holds an image layout.
    init?(_ path: String, kind: InputKind?) throws(UsageError) {
        guard kind != .ociLayout, LayoutInput.isDirectory(path), access(path + "/index.json", F_OK) != 0 else {
            return nil
        }
        let names: [String]
        do throws(DocumentSourceError) {
            names = try FileSystemSource().names(in: path, limit: ManifestDirectory.maximumEntries)
        } catch {
            throw UsageError("the directory `\(path)` \(error)")
        }
        let directory = path.utf8.last == UInt8(ascii: "/") ? path : path + "/"
        let entries = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { directory + $0 }
        files = entries.filter { entry in
            ManifestDirectory.endings.contains { entry.utf8.suffix($0.utf8.count).elementsEqual($0.utf8) }
                && !LayoutInput.isDirectory(entry)
        }
        guard !files.isEmpty else {
            throw UsageError(
                "the directory `\(path)` has no `index.json`, so it is no image layout, and no file that ends in .yaml, .yml"
                    + " or .json, so it has no manifests")
        }
        notices = entries.filter(LayoutInput.isDirectory).map {
            "\($0): warning: is a directory within one, and is not read: give it with -f if it counts"
        }
    }
}
