using System.Threading.Channels;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Requests.Routes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Tests.Requests.Routes;

public sealed class RoutesFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("sidecar-routes").FullName;
    private readonly Channel<string?> edits = Channel.CreateUnbounded<string?>();
    private RoutesFile? routes;

    private string FilePath => Path.Combine(folder, "proxy.json");

    public void Dispose()
    {
        routes?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_edit_takes_effect()
    {
        var configuration = Load(Route("/a"));

        await File.WriteAllTextAsync(FilePath, Route("/b"));

        Assert.Null(await edits.Reader.ReadAsync());
        Assert.Equal("/b", PathOf(configuration));
    }

    [Fact]
    public async Task Frequent_changes_of_another_file_do_not_delay_an_edit()
    {
        var configuration = Load(Route("/a"));
        using var stop = new CancellationTokenSource();
        var busy = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await File.WriteAllTextAsync(Path.Combine(folder, "busy.log"), $"{SystemDefaults.Time.GetTimestamp()}");
                await Task.Delay(TimeSpan.FromMilliseconds(20), SystemDefaults.Time);
            }
        });

        await File.WriteAllTextAsync(FilePath, Route("/b"));

        Assert.Null(await edits.Reader.ReadAsync());
        Assert.Equal("/b", PathOf(configuration));
        await stop.CancelAsync();
        await busy;
    }

    [Fact]
    public async Task A_file_that_replaces_the_old_one_takes_effect()
    {
        var configuration = Load(Route("/a"));

        var other = Path.Combine(folder, "other.tmp");
        await File.WriteAllTextAsync(other, Route("/b"));
        File.Move(other, FilePath, overwrite: true);

        Assert.Null(await edits.Reader.ReadAsync());
        Assert.Equal("/b", PathOf(configuration));
    }

    [Theory]
    [InlineData("{ broken", "not valid JSON")]
    [InlineData("", "not valid JSON")]
    [InlineData("{}", "no route")]
    [InlineData("""{"a":"\ud800"}""", "not valid JSON")]
    public async Task An_invalid_edit_is_refused_and_the_previous_routes_stay_in_use(string content, string why)
    {
        var configuration = Load(Route("/a"));

        await File.WriteAllTextAsync(FilePath, content);

        Assert.Contains(why, await edits.Reader.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal("/a", PathOf(configuration));

        await File.WriteAllTextAsync(FilePath, Route("/b"));
        Assert.Null(await edits.Reader.ReadAsync());
        Assert.Equal("/b", PathOf(configuration));
    }

    [Fact]
    public async Task A_deleted_file_is_reported_and_the_previous_routes_stay_in_use()
    {
        var configuration = Load(Route("/a"));

        File.Delete(FilePath);

        Assert.Contains("does not exist", await edits.Reader.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal("/a", PathOf(configuration));
    }

    [Fact]
    public async Task An_exception_of_a_reader_at_an_edit_is_reported_and_does_not_end_the_process()
    {
        var configuration = Load(Route("/a"));
        using var callback = configuration.GetReloadToken().RegisterChangeCallback(_ => throw new InvalidOperationException("fail"), null);

        await File.WriteAllTextAsync(FilePath, Route("/b"));

        Assert.Null(await edits.Reader.ReadAsync());
        Assert.Contains("cannot be used", await edits.Reader.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_section_other_than_ReverseProxy_is_refused_by_name_and_the_previous_routes_stay_in_use()
    {
        var configuration = Load(Route("/a"));

        const string logging = """{"Logging":{"LogLevel":{"Default":"Trace"}},"ReverseProxy" """;
        await File.WriteAllTextAsync(FilePath, Route("/b").Replace("{\"ReverseProxy\"", logging, StringComparison.Ordinal));

        Assert.Contains("Logging", await edits.Reader.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal("/a", PathOf(configuration));
        Assert.Null(configuration["Logging:LogLevel:Default"]);
    }

    [Fact]
    public void The_address_of_a_schema_for_editors_is_accepted()
    {
        var configuration = Load(Route("/a").Replace("{\"ReverseProxy\"", "{\"$schema\":\"a\",\"ReverseProxy\"", StringComparison.Ordinal));

        Assert.Equal("/a", PathOf(configuration));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    public void A_file_without_routes_at_startup_is_an_error(string content)
    {
        File.WriteAllText(FilePath, content);
        routes = new(FilePath, SystemDefaults.Time);
        _ = new ConfigurationBuilder().Add(routes).Build();

        Assert.NotNull(routes.Error);
    }

    [Fact]
    public void A_missing_file_at_startup_is_an_error_with_its_path()
    {
        routes = new(FilePath, SystemDefaults.Time);
        _ = new ConfigurationBuilder().Add(routes).Build();

        Assert.Contains(FilePath, routes.Error, StringComparison.Ordinal);
    }

    private static string Route(string path) =>
        """{"ReverseProxy":{"Routes":{"api":{"ClusterId":"c","Match":{"Path":"PATH"}}},"Clusters":{"c":{}}}}"""
            .Replace("PATH", path, StringComparison.Ordinal);

    private static string? PathOf(IConfiguration configuration) => configuration["ReverseProxy:Routes:api:Match:Path"];

    private IConfigurationRoot Load(string content)
    {
        File.WriteAllText(FilePath, content);
        routes = new(FilePath, SystemDefaults.Time);
        var configuration = new ConfigurationBuilder().Add(routes).Build();
        routes.OnRefused = error => edits.Writer.TryWrite(error);
        ChangeToken.OnChange(configuration.GetReloadToken, () => edits.Writer.TryWrite(null));
        Assert.Null(routes.Error);
        Assert.True(routes.IsWatched);
        return configuration;
    }
}
