using System.Text.Json;

namespace Clik2pay.Sidecar.Configuration.Sources;

/// <summary>
/// <c>appsettings.json</c> in the working directory. The framework's own source is not used, because it silently ignores a directory of
/// that name.
/// </summary>
internal static class SettingsFile
{
    private const string FileName = "appsettings.json";

    /// <exception cref="InvalidDataException">The file exists and cannot be read, or is not JSON.</exception>
    public static IConfigurationBuilder AddSettingsFile(this IConfigurationBuilder builder) =>
        builder.AddInMemoryCollection(Read(WorkingDirectory.PathOf(FileName)).Where(setting => setting.Value is not null));

    private static IEnumerable<KeyValuePair<string, string?>> Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return new ConfigurationBuilder().AddJsonStream(file).Build().AsEnumerable();
        }
        catch (FileNotFoundException) when (new FileInfo(path).LinkTarget is null)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(
                $"{path} cannot be read ({Explain(path, e)}). Replace it with a readable file, or remove it.", e);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path} is not valid JSON: {JsonError.Explain(e)}", e);
        }
    }

    private static string Explain(string path, Exception e) =>
        Directory.Exists(path) ? "it is a directory"
        : new FileInfo(path).LinkTarget is not null ? "it is a link to a missing or unreadable file"
        : e is UnauthorizedAccessException ? "permission denied"
        : "the system returned an error";
}
