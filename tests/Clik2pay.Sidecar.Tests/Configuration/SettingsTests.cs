using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Microsoft.Extensions.Configuration;

namespace Clik2pay.Sidecar.Tests.Configuration;

public sealed class SettingsTests
{
    [Fact]
    public void With_three_credentials_and_an_environment_all_other_settings_have_defaults()
    {
        var settings = Read();

        Assert.Equal(new Uri("https://api.sandbox.clik2pay.com"), settings.Profiles[0].ApiBaseUrl);
        Assert.Equal(new Uri("https://api-auth.sandbox.clik2pay.com/oauth2/token"), settings.Profiles[0].TokenEndpoint);
        Assert.Equal("payment_request/all", settings.Profiles[0].Scope);
        Assert.Equal(0.75, settings.Profiles[0].RefreshAt);
        Assert.Equal("http://127.0.0.1:8080", settings.Listener.Listen.ToString());
        Assert.Equal("http://127.0.0.1:9090", settings.Administration.Address.ToString());
        Assert.False(settings.Listener.AllowRemoteCallers);
        Assert.Equal(["localhost", "127.0.0.1", "[::1]"], settings.Callers.AllowedHosts);
        Assert.Null(settings.Callers.CallerToken);
        Assert.False(settings.Process.BatchScheduling);
        Assert.Equal((16_384, 30_000_000), (settings.Listener.MaxConnections, settings.Listener.MaxRequestBodyBytes));
    }

    [Theory]
    [InlineData("Production", "https://api.clik2pay.com/", "https://api-auth.clik2pay.com/oauth2/token")]
    [InlineData("sandbox", "https://api.sandbox.clik2pay.com/", "https://api-auth.sandbox.clik2pay.com/oauth2/token")]
    public void The_environment_determines_both_addresses(string environment, string api, string tokenEndpoint)
    {
        var settings = Read(("Clik2pay:Environment", environment));

        Assert.Equal(api, settings.Profiles[0].ApiBaseUrl.AbsoluteUri);
        Assert.Equal(tokenEndpoint, settings.Profiles[0].TokenEndpoint.AbsoluteUri);
    }

    [Fact]
    public void A_custom_environment_uses_the_configured_addresses()
    {
        var settings = Read(Custom("http://127.0.0.1:5080", "http://localhost:5080/oauth2/token"));

        Assert.Equal("http://127.0.0.1:5080/", settings.Profiles[0].ApiBaseUrl.AbsoluteUri);
    }

    [Fact]
    public void Plain_http_to_other_machines_requires_AllowInsecureUpstream()
    {
        var addresses = Custom("http://api.example", "http://auth.example/token");

        Assert.Equal(2, Errors(addresses).Count(error => error.Contains("AllowInsecureUpstream", StringComparison.Ordinal)));
        Read([.. addresses, ("Clik2pay:AllowInsecureUpstream", "true")]);
    }

    [Fact]
    public void Certificate_authorities_without_TLS_are_an_error()
    {
        var addresses = Custom("http://127.0.0.1:5080", "http://localhost:5080/oauth2/token");

        var error = Assert.Single(Errors([.. addresses, ("Clik2pay:CaFile", "/etc/ssl/certs/ca-certificates.crt")]));

        Assert.StartsWith("Clik2pay:CaFile: no certificates are checked, because Clik2pay:ApiBaseUrl", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_scope_stays_empty() => Assert.Equal("", Read(("Clik2pay:Scope", "")).Profiles[0].Scope);

    [Fact]
    public void All_errors_are_reported_at_once_with_one_line_and_the_key_for_each()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Clik2pay:Environment"] = "Test",
            ["Clik2pay:RefreshAt"] = "75",
            ["Clik2pay:Usernam"] = "canary",
            ["Sidecar:Listen"] = "http://0.0.0.0:8080",
            ["Sidecar:Admin"] = "9090",
            ["Redis:ConnectionString"] = "localhost,passwort=canary",
        }).Build();

        Assert.Null(Settings.TryRead(configuration, out var errors));

        string[] keys =
        [
            "Clik2pay:Environment", "Clik2pay:RefreshAt", "Clik2pay:Username", "Clik2pay:Password", "Clik2pay:ApiKey",
            "Clik2pay:Usernam", "Sidecar:Listen", "Sidecar:Admin", "Redis:ConnectionString",
        ];
        Assert.All(keys, key => Assert.Single(errors, error => error.StartsWith(key + ": ", StringComparison.Ordinal)));
        Assert.Equal(keys.Length, errors.Count);
        Assert.All(errors, error => Assert.DoesNotContain('\n', error));
        Assert.All(errors, error => Assert.DoesNotContain("canary", error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Clik2pay:Environment", "", "Sandbox or Production")]
    [InlineData("Clik2pay:Environment", "1", "Sandbox, Production or Custom")]
    [InlineData("Clik2pay:Environment", "Sandbox,Production", "Sandbox, Production or Custom")]
    [InlineData("Clik2pay:ApiBaseUrl", "https://api.example", "only for Clik2pay:Environment=Custom")]
    [InlineData("Clik2pay:RefreshAt", "1", "from 0.1 to 0.95")]
    [InlineData("Clik2pay:RefreshAt", "0,75", "from 0.1 to 0.95")]
    [InlineData("Clik2pay:AllowInsecureUpstream", "yes", "Use true or false")]
    [InlineData("Clik2pay:CaFile", "/nowhere/ca.pem", "the file /nowhere/ca.pem does not exist")]
    [InlineData("Clik2pay:CaFile", "/dev/null", "contains no certificate")]
    [InlineData("Sidecar:AllowRemoteCallers", "yes", "Use true or false")]
    [InlineData("Sidecar:Listen", "http://*:8080", "AllowRemoteCallers=true")]
    [InlineData("Sidecar:Listen", "http://192.0.2.1:8080", "AllowRemoteCallers=true")]
    [InlineData("Sidecar:Listen", "https://127.0.0.1:8443", "not a valid listen address")]
    [InlineData("Sidecar:Listen", "http://127.0.0.1:9090", "Use two different addresses")]
    [InlineData("Sidecar:Listen", "http://127.0.0.1:99999", "not a valid listen address")]
    [InlineData("Sidecar:Listen", "http://127.0.0.1", "http://IP:PORT")]
    [InlineData("Sidecar:AllowedHosts", "*", "not a valid host name")]
    [InlineData("Sidecar:AllowedHosts", ";", "the list has no entry")]
    [InlineData("Sidecar:AllowedHosts", "[localhost]", "not a valid host name")]
    [InlineData("Sidecar:AllowedHosts", "localhost;localhost:8080", "'localhost:8080' is not a valid host name")]
    [InlineData("Sidecar:AllowedHosts", "localhost,other", "not a valid host name")]
    [InlineData("Sidecar:CallerToken", "", "it is empty")]
    [InlineData("Sidecar:CallerTokenFile", "", "it is empty")]
    [InlineData("Sidecar:CallerToken", "canary ", "space")]
    [InlineData("Sidecar:CallerToken", "canary\n", "position 7")]
    [InlineData("Sidecar:CallerToken", "schlüssel", "position 5")]
    [InlineData("Sidecar:CallerTokenFile", "/nowhere/token", "/nowhere/token")]
    [InlineData("Sidecar:SocketMode", "rw-rw----", "0660")]
    [InlineData("Sidecar:SocketMode", "0668", "0660")]
    [InlineData("Sidecar:SocketMode", "01660", "0660")]
    [InlineData("Sidecar:SocketMode", "-660", "0660")]
    [InlineData("Sidecar:MaxConnections", "0", "from 1 to 1000000")]
    [InlineData("Sidecar:MaxConnections", "1000001", "from 1 to 1000000")]
    [InlineData("Sidecar:MaxConnections", "many", "from 1 to 1000000")]
    [InlineData("Sidecar:MaxRequestBodyBytes", "-1", "from 0 to 2147483647")]
    [InlineData("Sidecar:MaxRequestBodyBytes", "2147483648", "from 0 to 2147483647")]
    [InlineData("Sidecar:MaxRequestBodyBytes", "30 MB", "from 0 to 2147483647")]
    [InlineData("Logging:LogLevel:Default", "Verbose", "Trace, Debug")]
    [InlineData("Sidecar:LogFormat", "xml", "Use Text or Json")]
    [InlineData("Sidecar:LogFormat", "1", "Use Text or Json")]
    [InlineData("Sidecar:AccessLog", "yes", "Use true or false")]
    [InlineData("Metrics:Level", "Small", "Use Full or Minimal")]
    [InlineData("Metrics:Levels", "Minimal", "Known settings are Metrics:Level")]
    [InlineData("Sidecar:BatchScheduling", "1", "Use true or false")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "http://HOST:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "/v1/traces", "http://HOST:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "grcp", "grpc, http/protobuf")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json", "grpc, http/protobuf")]
    [InlineData("OTEL_TRACES_SAMPLER", "sometimes", "traceidratio")]
    [InlineData("OTEL_TRACES_EXPORTER", "zipkin", "otlp, none")]
    [InlineData("OTEL_SDK_DISABLED", "yes", "true, false")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "unix:/tmp/a", "http://HOST:4317")]
    [InlineData("Clik2pay:ApiKey", " key", "space")]
    [InlineData("Clik2pay:Username", "user:password", "colon")]
    [InlineData("Clik2pay:ApiKey", "key\r\nx-injected: yes", "position 4")]
    [InlineData("Clik2pay:ApiKey", "schlüssel", "position 5")]
    public void An_invalid_setting_is_reported_with_its_remedy(string key, string value, string remedy)
    {
        var error = Assert.Single(Errors((key, value)));

        Assert.Contains(remedy, error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Clik2pay:ApiBaseUrl", "https://api.example/open", "path")]
    [InlineData("Clik2pay:ApiBaseUrl", "https://user:canary@api.example", "user")]
    [InlineData("Clik2pay:ApiBaseUrl", "api.example", "Use https://")]
    [InlineData("Clik2pay:TokenEndpoint", "ftp://auth.example", "Use https://")]
    [InlineData("Clik2pay:TokenEndpoint", "", "missing")]
    public void An_invalid_custom_address_is_reported_with_its_remedy(string key, string value, string remedy)
    {
        var error = Assert.Single(Errors([.. Custom("https://api.example", "https://auth.example/token"), (key, value)]));

        Assert.Contains(remedy, error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:8080", "https://auth.example/token")]
    [InlineData("https://api.example", "http://127.0.0.1:9090/oauth2/token")]
    public void A_sidecar_that_would_call_itself_is_refused(string api, string tokenEndpoint) =>
        Assert.Contains("call itself", Assert.Single(Errors(Custom(api, tokenEndpoint))), StringComparison.Ordinal);

    [Fact]
    public void Allowed_hosts_can_be_an_array()
    {
        var settings = Read(("Sidecar:AllowedHosts:0", "a.internal"), ("Sidecar:AllowedHosts:1", "[::1]"));

        Assert.Equal(["a.internal", "[::1]"], settings.Callers.AllowedHosts);
    }

    [Fact]
    public void An_allowed_IPv6_address_gets_the_brackets_of_a_Host_header() =>
        Assert.Equal(["[::1]", "127.0.0.1"], Read(("Sidecar:AllowedHosts", "::1;127.0.0.1")).Callers.AllowedHosts);

    [Lesson("it listened on all interfaces: AzureAD/microsoft-identity-web#3897")]
    [Fact]
    public void An_address_that_other_machines_can_reach_is_accepted_with_AllowRemoteCallers() =>
        Assert.Equal(
            "http://*:8080",
            Read(("Sidecar:Listen", "http://*:8080"), ("Sidecar:AllowRemoteCallers", "true")).Listener.Listen.ToString());

    [Fact]
    public void Settings_as_text_contain_no_secret()
    {
        var settings = Read(("Sidecar:CallerToken", "canary-caller-token"));
        var text = $"{settings} {settings.Callers} {settings.Profiles[0]}";

        Assert.Equal("canary-caller-token", settings.Callers.CallerToken);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
    }

    private static (string, string?)[] Custom(string api, string tokenEndpoint) =>
        [("Clik2pay:Environment", "Custom"), ("Clik2pay:ApiBaseUrl", api), ("Clik2pay:TokenEndpoint", tokenEndpoint)];

    private static Settings Read(params (string, string?)[] values)
    {
        var settings = TryRead(values, out var errors);
        Assert.Empty(errors);
        return settings!;
    }

    private static IReadOnlyList<string> Errors(params (string, string?)[] values)
    {
        Assert.Null(TryRead(values, out var errors));
        return errors;
    }

    private static Settings? TryRead((string Key, string? Value)[] values, out IReadOnlyList<string> errors)
    {
        var all = new Dictionary<string, string?>
        {
            ["Clik2pay:Environment"] = "Sandbox",
            ["Clik2pay:Username"] = Secrets.Username,
            ["Clik2pay:Password"] = Secrets.Password,
            ["Clik2pay:ApiKey"] = Secrets.ApiKey,
        };
        foreach (var (key, value) in values)
            all[key] = value;
        return Settings.TryRead(new ConfigurationBuilder().AddInMemoryCollection(all).Build(), out errors);
    }
}
