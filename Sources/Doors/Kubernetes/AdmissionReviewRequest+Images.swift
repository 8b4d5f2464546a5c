import StrictJSON

extension AdmissionReviewRequest {
    /// The images that this request brings and that have to be judged; none means that it is no decision.
    ///
    /// - `DELETE` removes an object, and `CONNECT` carries options such as `PodExecOptions`: neither starts an image.
    /// - `UPDATE` brings what did not stand in the old object. A `deletionTimestamp` does not excuse it: an object that is
    ///   being deleted can still start a container (CVE-2023-34091).
    func images(placeholders: [String]) throws(WorkloadError) -> [FoundImage] {
        switch operation {
        case .delete, .connect:
            return []
        case .create, .update:
            guard let object else { throw .missing(path: "object", kind: operation.rawValue) }
            try checkKind(of: object)
            guard operation == .update, let oldObject else {
                return try WorkloadImages.find(in: object, placeholders: placeholders)
            }
            return try WorkloadImages.find(in: object, notIn: oldObject, placeholders: placeholders)
        }
    }

    /// The object says itself how it is to be read, so it must be what the review announces.
    private func checkKind(of object: JSONValue) throws(WorkloadError) {
        let foundKind = object["kind"]?.string ?? ""
        let foundVersion = object["apiVersion"]?.string ?? ""
        guard !foundVersion.isEmpty, foundKind.utf8.elementsEqual(kind.kind.utf8),
            WorkloadKind.group(of: foundVersion).elementsEqual(kind.group.utf8)
        else {
            let announced = kind.group.isEmpty ? kind.kind : "\(kind.group) \(kind.kind)"
            throw .otherKind(announced: announced, found: "\(foundVersion) \(foundKind)")
        }
    }
}
