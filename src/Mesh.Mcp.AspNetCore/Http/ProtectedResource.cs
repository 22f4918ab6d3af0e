using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mesh.AspNetCore;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Authentication;

namespace Mesh.Mcp.AspNetCore;

/// <summary>
/// Tells clients where to get a token for this endpoint: RFC 9728 and the authorization chapter of MCP.
/// </summary>
internal sealed class ProtectedResource(ProtectedResourceMetadata? metadata, RequestGate gate)
{
    public const string Path = "/.well-known/oauth-protected-resource";

    private static readonly JsonTypeInfo<ProtectedResourceMetadata> Json =
        (JsonTypeInfo<ProtectedResourceMetadata>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(ProtectedResourceMetadata));

    /// <summary>Answers a request for the metadata.</summary>
    public async Task GetAsync(HttpContext context)
    {
        if (gate.Refuse(context.Request) is { } refused)
        {
            await McpFailure.Of(refused).WriteAsync(context.Response).ConfigureAwait(false);
            return;
        }

        // Another object for each request: it names the room that the request does.
        var given = metadata!;
        var answer = new ProtectedResourceMetadata
        {
            Resource = given.Resource ?? Address(context.Request, context.Request.Path.Value![Path.Length..]),
            AuthorizationServers = given.AuthorizationServers,
            BearerMethodsSupported = given.BearerMethodsSupported,
            ScopesSupported = given.ScopesSupported,
            JwksUri = given.JwksUri,
            ResourceSigningAlgValuesSupported = given.ResourceSigningAlgValuesSupported,
            ResourceName = given.ResourceName,
            ResourceDocumentation = given.ResourceDocumentation,
            ResourcePolicyUri = given.ResourcePolicyUri,
            ResourceTosUri = given.ResourceTosUri,
            TlsClientCertificateBoundAccessTokens = given.TlsClientCertificateBoundAccessTokens,
            AuthorizationDetailsTypesSupported = given.AuthorizationDetailsTypesSupported,
            DpopSigningAlgValuesSupported = given.DpopSigningAlgValuesSupported,
            DpopBoundAccessTokensRequired = given.DpopBoundAccessTokensRequired,
        };
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(answer, Json);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Adds to a refusal what the client has to do about it.</summary>
    public void Challenge(HttpContext context, MeshErrorCode code)
    {
        bool isUnknown = code == MeshErrorCode.Unauthenticated;
        if (!isUnknown && (metadata is null || code != MeshErrorCode.NotGranted))
        {
            return;
        }

        List<string> parts = [];
        if (!isUnknown)
        {
            parts.Add("error=\"insufficient_scope\"");
        }

        if (metadata is not null)
        {
            parts.Add($"resource_metadata=\"{Address(context.Request, Path + context.Request.Path)}\"");
            if (metadata.ScopesSupported is { Count: > 0 } scopes)
            {
                parts.Add($"scope=\"{string.Join(' ', scopes)}\"");
            }
        }

        context.Response.Headers.WWWAuthenticate = parts.Count == 0 ? "Bearer" : $"Bearer {string.Join(", ", parts)}";
    }

    private static string Address(HttpRequest request, string path) =>
        $"{request.Scheme}://{request.Host.ToUriComponent()}{request.PathBase.ToUriComponent()}{new PathString(path).ToUriComponent()}";
}
