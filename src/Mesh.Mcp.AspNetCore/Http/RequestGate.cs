using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Mesh.Mcp.AspNetCore;

/// <summary>
/// Turns away requests that a foreign web page may have sent: those that name another host than this one (DNS rebinding), and
/// those of another origin.
/// </summary>
internal sealed class RequestGate
{
    private static readonly string[] ThisMachine = ["localhost", "127.0.0.1", "[::1]"];

    private readonly HashSet<string> _hosts;
    private readonly HashSet<string> _origins;

    /// <param name="options">What the application allows.</param>
    /// <param name="configuredHosts">The application's setting <c>AllowedHosts</c>, hosts with semicolons between them; or null.</param>
    public RequestGate(MeshMcpOptions options, string? configuredHosts)
    {
        var hosts = options.AllowedHosts ?? [
            .. ThisMachine,
            .. (configuredHosts ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(static host => !host.Contains('*', StringComparison.Ordinal)),
        ];
        _hosts = new(hosts, StringComparer.OrdinalIgnoreCase);
        _origins = new(options.AllowedOrigins.Select(static origin => origin.TrimEnd('/')), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Why a request is turned away; null where it is not.</summary>
    public MeshError? Refuse(HttpRequest request)
    {
        if (!AllowsHost(request.Host.Value))
        {
            return new(MeshErrorCode.NotGranted, "The request names a host that is not served here.")
            {
                Remedy = "Whoever runs the application can add the host to MeshMcpOptions.AllowedHosts.",
            };
        }

        var origins = request.Headers.Origin;
        return origins.Count == 0 || (origins.Count == 1 && AllowsOrigin(origins[0], request)) ? null
            : new(MeshErrorCode.NotGranted, "The request comes from a web page of an origin that is not allowed here.")
            {
                Remedy = "Whoever runs the application can add the origin to MeshMcpOptions.AllowedOrigins.",
            };
    }

    private bool AllowsHost(string? host)
    {
        if (string.IsNullOrEmpty(host))
        {
            return false;
        }

        // A port is digits: in 127.0.0.1:evil.example the text before the colon says nothing of where it leads.
        int colon = host.LastIndexOf(':');
        bool hasPort = colon > host.LastIndexOf(']');
        if (hasPort && !ushort.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return false;
        }

        return _hosts.Contains(host) || (hasPort && _hosts.GetAlternateLookup<ReadOnlySpan<char>>().Contains(host.AsSpan(0, colon)));
    }

    /// <summary>Whether an origin is the one that the request goes to, or a listed one. The origin <c>null</c> is anybody's.</summary>
    private bool AllowsOrigin(string? origin, HttpRequest request)
    {
        if (string.IsNullOrEmpty(origin))
        {
            return false;
        }

        if (_origins.Contains(origin))
        {
            return true;
        }

        string prefix = request.IsHttps ? "https://" : "http://";
        return origin.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
            && origin.AsSpan(prefix.Length).Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a client takes answers of the kinds given, by its <c>Accept</c> header.</summary>
    public static bool Accepts(HttpRequest request, params ReadOnlySpan<MediaTypeHeaderValue> kinds)
    {
        var accepted = request.Headers.Accept;
        if (accepted is ["application/json, text/event-stream"])
        {
            return true;
        }

        if (!MediaTypeHeaderValue.TryParseList(accepted, out var ranges))
        {
            return false;
        }

        foreach (var kind in kinds)
        {
            bool found = false;
            foreach (var range in ranges)
            {
                found |= kind.IsSubsetOf(range);
            }

            if (!found)
            {
                return false;
            }
        }

        return true;
    }
}
