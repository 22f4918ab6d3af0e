using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.AspNetCore.Tests;

/// <summary>Who the caller of a request is, by the application's own authentication.</summary>
public sealed class MeshIdentitiesTests
{
    private readonly ServiceCollection _services = new();

    [Fact]
    public async Task An_authenticated_caller_is_the_participant_of_its_id_and_not_of_a_name_that_it_may_choose()
    {
        var identity = (await GetAsync(User("test", (ClaimTypes.Name, "Ada"), (ClaimTypes.NameIdentifier, "17"), ("sub", "18")))).Identity!;

        Assert.Equal(("17", Grants.UserDefault, ParticipantRole.User), (identity.Name, identity.Grants, identity.Role));
    }

    [Theory]
    [InlineData("sub", "18")]
    [InlineData(ClaimTypes.Name, "Ada")]
    public async Task Without_that_id_another_one_counts(string type, string value) =>
        Assert.Equal(value, (await GetAsync(User("test", (type, value)))).Identity!.Name);

    [Fact]
    public async Task The_same_id_of_another_issuer_or_kind_is_somebody_else()
    {
        string[] keys = [
            (await GetAsync(new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, "17", null, "a")], "test")))).Identity!.Key,
            (await GetAsync(new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, "17", null, "b")], "test")))).Identity!.Key,
            (await GetAsync(User("test", ("sub", "17")))).Identity!.Key,
        ];

        Assert.Equal(3, keys.Distinct().Count());
    }

    [Fact]
    public async Task A_caller_without_any_id_is_refused() =>
        Assert.Equal(MeshErrorCode.NotGranted, (await GetAsync(User("test", ("color", "blue")))).Error!.Code);

    [Fact]
    public async Task What_nobody_has_authenticated_counts_for_nothing()
    {
        Assert.Equal(MeshErrorCode.Unauthenticated, (await GetAsync(User(null, (ClaimTypes.NameIdentifier, "17")))).Error!.Code);
        Assert.Equal(MeshErrorCode.Unauthenticated, (await GetAsync(new ClaimsPrincipal())).Error!.Code);

        var mixed = new ClaimsPrincipal([new ClaimsIdentity([new(ClaimTypes.NameIdentifier, "root")]), new ClaimsIdentity([new("sub", "18")], "test")]);
        Assert.Equal("18", (await GetAsync(mixed)).Identity!.Name);
    }

    [Fact]
    public async Task The_applications_function_says_who_enters_which_room()
    {
        _services.AddMesh().AddIdentity((user, room) => room == "den" ? new MeshIdentity("k", user.Identity!.Name!) { Grants = Grants.None } : null);

        Assert.Equal(("Ada", Grants.None), await DenAsync());
        Assert.Equal(MeshErrorCode.NotGranted, (await GetAsync(User("test", (ClaimTypes.Name, "Ada")), "other")).Error!.Code);

        async Task<(string, Grants)> DenAsync()
        {
            var identity = (await GetAsync(User("test", (ClaimTypes.Name, "Ada")))).Identity!;
            return (identity.Name, identity.Grants);
        }
    }

    [Fact]
    public async Task The_applications_service_says_who_callers_are_and_the_last_one_added_counts()
    {
        _services.AddSingleton("prefix-");
        _services.AddMesh().AddIdentity((_, _) => null).AddIdentity<Prefixing>();

        Assert.Equal("prefix-Ada", (await GetAsync(User("test", (ClaimTypes.Name, "Ada")))).Identity!.Name);
    }

    [Fact]
    public async Task Anonymous_callers_enter_only_where_the_application_says_so_and_authenticated_ones_are_still_themselves()
    {
        _services.AddMesh().AllowAnonymous(Grants.None, "guest");

        var guest = (await GetAsync(new ClaimsPrincipal())).Identity!;
        Assert.Equal(("guest", Grants.None), (guest.Name, guest.Grants));
        Assert.Equal("17", (await GetAsync(User("test", (ClaimTypes.NameIdentifier, "17")))).Identity!.Name);
    }

    [Fact]
    public void An_identity_has_a_key_and_a_name()
    {
        Assert.Throws<ArgumentException>(() => new MeshIdentity("", "a"));
        Assert.Throws<ArgumentException>(() => new MeshIdentity("a", ""));
    }

    [Theory]
    [InlineData("overloaded", 429)]
    [InlineData("not_found", 404)]
    [InlineData("unauthenticated", 401)]
    [InlineData("a_code_of_a_tool", 500)]
    public void A_failure_has_a_status(string code, int status) => Assert.Equal(status, MeshHttpStatus.Of(new(code)));

    private static ClaimsPrincipal User(string? scheme, params (string Type, string Value)[] claims) =>
        new(new ClaimsIdentity(claims.Select(claim => new Claim(claim.Type, claim.Value)), scheme));

    private async Task<MeshCaller> GetAsync(ClaimsPrincipal user, string room = "den")
    {
        await using var services = _services.BuildServiceProvider();
        return await new MeshIdentities(services).GetAsync(new DefaultHttpContext { User = user }, room);
    }

    private sealed class Prefixing(string prefix) : IMeshIdentityProvider
    {
        public ValueTask<MeshIdentity?> GetIdentityAsync(HttpContext context, string room, CancellationToken cancellationToken) =>
            new(new MeshIdentity("k", prefix + context.User.Identity!.Name));
    }
}
