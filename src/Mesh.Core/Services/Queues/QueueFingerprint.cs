using System.Security.Cryptography;
using System.Text;

namespace Mesh;

/// <summary>What tells two messages under one key apart: their bodies as canonical JSON, and their headers.</summary>
internal static class QueueFingerprint
{
    public static string Of(JsonPayload body, IReadOnlyDictionary<string, string> headers)
    {
        var text = new StringBuilder(ContractHash.Of(body.ToElement()));
        foreach (var (name, value) in headers.OrderBy(header => header.Key, StringComparer.Ordinal))
        {
            text.Append(name.Length).Append(':').Append(name).Append(value.Length).Append(':').Append(value);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
