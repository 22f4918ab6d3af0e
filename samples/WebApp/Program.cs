using System.Security.Claims;
using Mesh;
using Mesh.AspNetCore;
using Mesh.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using WebApp;

// An ordinary application with users of its own, who log in with a cookie. It has two rooms; each user sees over MCP what the
// user may use there: everybody reads the stock, the buyers of the team order, and nobody else enters the back office.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
builder.Services.AddAuthorization();
builder.Services.AddHealthChecks().AddCheck<MeshHealthCheck>("rooms");
builder.Services.AddSingleton<Warehouse>();
builder.Services.AddMesh()
    .AddRoom("shop").AddRoom("back-office")
    .AddToolkit(Toolkit.Create("stock", Tool.Create("list", Warehouse.List), Tool.Create("order", Warehouse.Order)))
    .AddIdentity(Team.Identify)
    .LogJournal();

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();

// The application's own login. A real one asks for a password; this one is there to be tried.
app.MapPost("/login/{user}", async (string user, HttpContext context) =>
{
    if (!Team.Members.TryGetValue(user, out string? role))
    {
        return Results.Unauthorized();
    }

    Claim[] claims = [new(ClaimTypes.NameIdentifier, user), new(ClaimTypes.Role, role)];
    await context.SignInAsync(new(new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme)));
    return Results.Ok($"Hello {user}, you are a {role}.");
});
app.MapHealthChecks("/health");
app.MapMeshMcp("/mcp/{room}");
app.Run();
