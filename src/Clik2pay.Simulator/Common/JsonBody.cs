using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Simulator.Common;

/// <summary>Reads JSON request bodies and writes JSON response bodies.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Does not escape apostrophes and accented letters. A browser does not read these bodies as HTML.</summary>
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext context, int status, JsonNode body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var bytes = ToUtf8(body);
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <returns>The JSON of a response or a webhook.</returns>
    public static byte[] ToUtf8(JsonNode body)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Readable))
            body.WriteTo(writer);
        return stream.ToArray();
    }

    /// <returns>The request body; null if it isn't a valid JSON object.</returns>
    public static async Task<JsonObject?> ReadObjectAsync(HttpContext context)
    {
        try
        {
            var body = await JsonNode.ParseAsync(
                context.Request.Body, documentOptions: Strict, cancellationToken: context.RequestAborted);
            DecodeStrings(body);
            return body as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // A name or a string contains an unpaired surrogate, so it isn't valid Unicode.
            return null;
        }
    }

    /// <summary>Reads all names and strings, because a <see cref="JsonNode"/> decodes them only on access.</summary>
    private static void DecodeStrings(JsonNode? node)
    {
        if (node is JsonValue value)
        {
            value.TryGetValue<string>(out _);
            return;
        }

        var children = (node as JsonObject)?.Select(property => property.Value) ?? node as JsonArray ?? Enumerable.Empty<JsonNode?>();
        foreach (var child in children)
            DecodeStrings(child);
    }
}
