namespace Mesh.Architecture.Tests.BannedApis;

public sealed class BannedApiTests
{
    /// <summary>
    /// Who may use what is banned everywhere else. A type that is listed here also needs a section of its own in
    /// src/.editorconfig that turns RS0030 off for its one file; pragmas and attributes are not for src.
    /// </summary>
    private static readonly (string Site, string Symbol)[] Allowed =
    [
        ("Mesh.MeshIdSource", "M:System.Guid.NewGuid"),
        ("Mesh.MeshIdSource", "M:System.Guid.CreateVersion7"),
    ];

    [Theory]
    [MemberData(nameof(Repository.SourceProjectNames), MemberType = typeof(Repository))]
    public void An_assembly_uses_no_banned_member(string project) =>
        Violations.None(
            Find(Repository.SourceProject(project).AssemblyFile, Allowed),
            $"{project} uses what src/BannedSymbols.txt bans.");

    [Fact]
    public void Every_banned_symbol_exists() =>
        Violations.None(
            BannedSymbols.FromFile().Where(symbol => !symbol.Exists()).Select(symbol => symbol.Id),
            "src/BannedSymbols.txt names members that do not exist, and so bans nothing by them.");

    [Fact]
    public void A_banned_symbol_with_a_slip_in_it_is_noticed()
    {
        Assert.False(new BannedSymbol("M:System.Threading.Thread.Sleep(System.Int64)", "").Exists());
        Assert.False(new BannedSymbol("P:System.DateTime.UtcNov", "").Exists());
        Assert.False(new BannedSymbol("T:System.Consol", "").Exists());
    }

    [Theory]
    [InlineData("T:System.Console")]
    [InlineData("T:System.Threading.Timer")]
    [InlineData("P:System.DateTime.Now")]
    [InlineData("P:System.DateTime.UtcNow")]
    [InlineData("P:System.DateTimeOffset.Now")]
    [InlineData("P:System.DateTimeOffset.UtcNow")]
    [InlineData("P:System.Random.Shared")]
    [InlineData("M:System.Guid.NewGuid")]
    public void The_list_bans(string symbol) =>
        Assert.Contains(BannedSymbols.FromFile(), banned => banned.Id == symbol);

    [Theory]
    [InlineData(typeof(Thread), "Sleep")]
    [InlineData(typeof(Task), "Delay")]
    [InlineData(typeof(Task), "WaitAsync")]
    [InlineData(typeof(Task<>), "WaitAsync")]
    [InlineData(typeof(CancellationTokenSource), ".ctor")]
    [InlineData(typeof(CancellationTokenSource), "CancelAfter")]
    [InlineData(typeof(PeriodicTimer), ".ctor")]
    public void The_list_bans_every_overload_that_waits_on_the_machines_own_clock(Type type, string name)
    {
        string[] waiting =
        [
            .. type.GetMethods().Concat<System.Reflection.MethodBase>(type.GetConstructors())
                .Where(method => method.Name == name
                    && method.GetParameters().Any(parameter => parameter.ParameterType == typeof(TimeSpan) || parameter.ParameterType == typeof(int))
                    && !method.GetParameters().Any(parameter => parameter.ParameterType == typeof(TimeProvider)))
                .Select(DocumentationId.Of),
        ];

        Assert.NotEmpty(waiting);
        Violations.None(waiting.Except(BannedSymbols.FromFile().Select(symbol => symbol.Id)), "src/BannedSymbols.txt lacks these.");
    }

    [Theory]
    [InlineData(nameof(BannedUses.Writes), "T:System.Console")]
    [InlineData(nameof(BannedUses.Sleeps), "M:System.Threading.Thread.Sleep(System.Int32)")]
    [InlineData(nameof(BannedUses.ReadsTheClock), "P:System.DateTime.UtcNow")]
    [InlineData(nameof(BannedUses.DelaysInAStateMachine), "M:System.Threading.Tasks.Task.Delay(System.TimeSpan,System.Threading.CancellationToken)")]
    [InlineData(nameof(BannedUses.DelaysInALambda), "M:System.Threading.Tasks.Task.Delay(System.Int32)")]
    [InlineData(nameof(BannedUses.CancelsLater), "M:System.Threading.CancellationTokenSource.#ctor(System.TimeSpan)")]
    [InlineData(nameof(BannedUses.CancelsLater), "M:System.Threading.CancellationTokenSource.CancelAfter(System.Int32)")]
    [InlineData(nameof(BannedUses.Shares), "P:System.Random.Shared")]
    [InlineData(nameof(BannedUses.HandsOver), "M:System.Guid.NewGuid")]
    [InlineData(nameof(BannedUses.WaitsForAResult), "M:System.Threading.Tasks.Task`1.WaitAsync(System.TimeSpan)")]
    public void A_banned_use_is_found_in_compiled_code(string method, string symbol) =>
        Assert.Contains(
            Find(typeof(BannedUses).Assembly.Location, []),
            violation => violation.Contains($"{nameof(BannedUses)}", StringComparison.Ordinal)
                && violation.Contains(method, StringComparison.Ordinal)
                && violation.Contains(symbol, StringComparison.Ordinal));

    [Fact]
    public void Overloads_that_take_a_time_provider_are_no_banned_uses() =>
        Assert.DoesNotContain(
            Find(typeof(BannedUses).Assembly.Location, []),
            violation => violation.Contains(nameof(BannedUses.TakesATimeProvider), StringComparison.Ordinal));

    [Fact]
    public void An_allowed_site_may_use_its_one_symbol_and_no_other()
    {
        string[] found =
        [
            .. Find(typeof(BannedUses).Assembly.Location, [(typeof(BannedUses).FullName!, "M:System.Guid.NewGuid")])
                .Where(violation => violation.Contains(nameof(BannedUses), StringComparison.Ordinal)),
        ];

        Assert.DoesNotContain(found, violation => violation.Contains("NewGuid", StringComparison.Ordinal));
        Assert.Contains(found, violation => violation.Contains("Random", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Find(string assemblyFile, (string Site, string Symbol)[] allowed) =>
        from use in MemberUses.In(assemblyFile)
        from symbol in BannedSymbols.FromFile()
        where symbol.Bans(use) && !allowed.Contains((use.Site, symbol.Id))
        select $"{use.Method} uses {symbol.Id}: {symbol.Instead}";
}
