using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Microsoft.Extensions.Configuration;

namespace Clik2pay.Sidecar.Tests.Requests.Canary;

/// <summary>Settings that contain secrets, valid and invalid.</summary>
internal static class CanarySettings
{
    /// <summary>Sets the secrets and enables every log, including the categories that the sidecar never logs.</summary>
    public static (string Key, string? Value)[] Create(RandomSecrets secrets) =>
    [
        ("Logging:LogLevel:Default", "Trace"),
        ("Logging:LogLevel:Microsoft", "Trace"),
        ("Logging:LogLevel:System", "Trace"),
        ("Logging:LogLevel:Yarp", "Trace"),
        ("Logging:LogLevel:Yarp.ReverseProxy.Forwarder", "Trace"),
        ("Logging:LogLevel:Yarp.ReverseProxy.Forwarder.HttpForwarder", "Trace"),
        ("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "Trace"),
        ("Logging:LogLevel:Microsoft.AspNetCore.Server.Kestrel.BadRequests", "Trace"),
        ("Clik2pay:Username", secrets.Username),
        ("Clik2pay:Password", secrets.Password),
        ("Clik2pay:ApiKey", secrets.ApiKey),
        ("Sidecar:CallerToken", secrets.CallerToken),
        ("Sidecar:MaxRequestBodyBytes", "5000"),
        ("Sidecar:AccessLog", "true"),
    ];

    public static Dictionary<string, string?> CreateValid(RandomSecrets secrets)
    {
        var valid = TestSidecar.Defaults("http://127.0.0.1:1", new("http://127.0.0.1:1/token"));
        foreach (var (key, value) in Create(secrets).Append(("Redis:ConnectionString", $"localhost:1,password={secrets.RedisPassword}")))
            valid[key] = value;
        return valid;
    }

    /// <summary>The errors for many configurations, each of which has one invalid setting.</summary>
    public static IEnumerable<string> FindErrors(RandomSecrets secrets)
    {
        using var folder = new TemporaryFolder();
        foreach (var (key, spoil) in Invalid(secrets, folder))
        {
            var values = CreateValid(secrets);
            var valueKey = key.EndsWith("File", StringComparison.Ordinal) ? key[..^4] : key;
            values.Remove(valueKey, out var secret);
            values[key] = spoil(secret ?? secrets.Password);
            Settings.TryRead(Build(values), out var errors);
            foreach (var error in errors)
                yield return error;
        }
    }

    public static IConfigurationRoot Build(Dictionary<string, string?> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values).Build();

    private static IEnumerable<(string Key, Func<string, string?> Spoil)> Invalid(RandomSecrets secrets, TemporaryFolder folder)
    {
        var userInfo = $"{Uri.EscapeDataString(secrets.Username)}:{Uri.EscapeDataString(secrets.Password)}";
        string[] keys = ["Clik2pay:Username", "Clik2pay:Password", "Clik2pay:ApiKey", "Sidecar:CallerToken", "Redis:ConnectionString"];
        return
        [
            .. keys.SelectMany(key => new (string, Func<string, string?>)[]
            {
                (key, secret => secret + "\u00e9"),
                (key, secret => secret + "\r\nx: y"),
                (key, _ => ""),
                (key + "File", secret => secret),
                (key + "File", secret => Path.Combine("secrets", secret)),
                (key + "File", secret => folder.Write("canary", secret + "\n\n")),
                (key + ":Value", secret => secret),
                (key + "s", secret => secret),
            }),
            ("Callers:app:TokenFiles", _ => secrets.NamedCallerToken),
            ("Callers:app:TokenFiles", _ => Path.Combine("secrets", secrets.NamedCallerToken)),
            ("Callers:app:TokenFiles", _ => folder.Write("canary", secrets.NamedCallerToken + "\n\n")),
            ("Callers:app:TokenFiles", _ => folder.Write("canary", secrets.NamedCallerToken + " ")),
            ("Callers:app:Token", _ => secrets.NamedCallerToken),
            ("Clik2pay:Username", user => $"{user}:{secrets.Password}"),
            ("Clik2pay:ApiKey", key => $" {key}"),
            ("Clik2pay:ApiBaseUrl", _ => $"http://{userInfo}@127.0.0.1"),
            ("Clik2pay:TokenEndpoint", _ => $"http://{userInfo}@auth.example/token"),
            ("Clik2pay:TokenEndpoint", _ => secrets.Password),
            .. RedisConnectionStrings(secrets.RedisPassword)
                .Select(text => ("Redis:ConnectionString", (Func<string, string?>)(_ => text))),
        ];
    }

    private static IEnumerable<string> RedisConnectionStrings(string password)
    {
        var escaped = Uri.EscapeDataString(password);
        return
        [
            $"localhost:1,passwort={password}", $"localhost:1,{password}", password, $"{password},localhost",
            $"localhost,password={password},password={password}", $"localhost,user={password}", $"localhost,ssl={password}",
            $"localhost,defaultDatabase={password}", $"localhost,password={password},x", $"localhost:{password}",
            $"redis://:{password}@localhost", $"redis://{escaped}@localhost", $"redis://:{escaped}@localhost/x",
            $"redis://:{escaped}@localhost/1?a={password}", $"redis://:{escaped}@localhost,localhost", $"redis://localhost/{escaped}",
        ];
    }
}
