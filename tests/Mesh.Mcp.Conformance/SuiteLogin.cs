using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using ModelContextProtocol.Authentication;

namespace Mesh.Mcp.Conformance;

/// <summary>What a person with a browser does when a server wants to know who they are: follows the link, and is sent back.</summary>
internal sealed class SuiteLogin : IDisposable
{
    private readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <summary>The options that a host would set, with the credentials that the scenario has handed out before, if it has.</summary>
    public ClientOAuthOptions Options(JsonElement context)
    {
        string? clientId = Text(context, "client_id");
        return new()
        {
            RedirectUri = new Uri("http://localhost:8765/callback"),
            ClientMetadataDocumentUri = new Uri("https://conformance-test.local/client-metadata.json"),
            ClientId = clientId,
            ClientSecret = Text(context, "client_secret"),
            DynamicClientRegistration = clientId is null ? new() { ClientName = "Mesh" } : null,
            AuthorizationCallbackHandler = LogInAsync,
        };
    }

    public void Dispose() => _browser.Dispose();

    private async Task<AuthorizationResult?> LogInAsync(AuthorizationCallbackContext context, CancellationToken cancellationToken)
    {
        using var page = await _browser.GetAsync(context.AuthorizationUri, cancellationToken);
        if (page.StatusCode is not (HttpStatusCode.Found or HttpStatusCode.SeeOther) || page.Headers.Location is not { } back)
        {
            return null;
        }

        var query = QueryHelpers.ParseQuery(back.Query);
        return new() { Code = query["code"], State = query["state"], Iss = query.TryGetValue("iss", out var issuer) ? issuer.ToString() : null };
    }

    private static string? Text(JsonElement context, string name) => context.TryGetProperty(name, out var value) ? value.GetString() : null;
}
