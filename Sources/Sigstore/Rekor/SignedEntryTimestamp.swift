import Cryptography
import StrictJSON

extension LogEntry {
    /// What a signed entry timestamp signs: RFC 8785 JSON of body, time, log and index. The index is that of the log as a
    /// whole, not of the shard as in an inclusion proof.
    ///
    /// - Parameter integratedTime: the entry's own, which has to be there.
    func promisedBytes(integratedTime: Int) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: body.count * 2)
        writer.beginObject()
        writer.member("body", Base64.encode(body))
        writer.member("integratedTime", integratedTime)
        writer.member("logID", logID.hexadecimal)
        writer.member("logIndex", index)
        writer.endObject()
        return writer.bytes
    }
}
