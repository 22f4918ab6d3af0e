using System.Security.Cryptography;
using System.Text.Json;

namespace Mesh;

/// <summary>SHA-256 over canonical JSON, in lower-case hexadecimal digits.</summary>
internal static class ContractHash
{
    /// <summary>The hash of a value: equal for equal JSON, however it was written. Approvals use it on definitions and arguments.</summary>
    public static string Of(JsonElement value) => Hash(CanonicalJson.Write(value));

    /// <summary>The hash of a schema without its descriptions: better words do not make a different contract.</summary>
    public static string OfContract(JsonElement schema) => Hash(CanonicalJson.WriteSchema(schema));

    private static string Hash(byte[] json) => Convert.ToHexStringLower(SHA256.HashData(json));
}
