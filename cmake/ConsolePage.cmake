# cmake -Dfolder=core/api/console -Dout=FILE.cc -P: makes the page of GET /console, one text from several files, and its
# Content-Security-Policy, which names the hashes of the very style and script that are in it.

# hash_of(<variable> <text>): its SHA-256 in base64, from 64 hexadecimal digits: three of them are two characters.
function(hash_of variable text)
  set(letters ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(SHA256 digits "${text}")
  string(APPEND digits 00)
  set(hash "")
  foreach(at RANGE 0 63 3)
    string(SUBSTRING ${digits} ${at} 3 three)
    math(EXPR high "0x${three} >> 6")
    math(EXPR low "0x${three} & 63")
    foreach(index ${high} ${low})
      string(SUBSTRING ${letters} ${index} 1 letter)
      string(APPEND hash ${letter})
    endforeach()
  endforeach()
  # 32 bytes are 43 characters and a filler.
  string(SUBSTRING ${hash} 0 43 hash)
  set(${variable} "'sha256-${hash}='" PARENT_SCOPE)
endfunction()

set(script "")
foreach(part page ask metrics charts stream live tables main)
  file(READ ${folder}/${part}.js text)
  string(APPEND script "${text}")
endforeach()
file(READ ${folder}/page.css style)
file(READ ${folder}/page.html page)

# Comments and indentation are for who reads the sources.
string(REGEX REPLACE "\n */?\\*[^\n]*" "" script "${script}")
string(REGEX REPLACE "\n *//[^\n]*" "" script "${script}")
foreach(text script style page)
  string(REGEX REPLACE "\n[\n ]+" "\n" ${text} "${${text}}")
endforeach()

hash_of(script_hash "${script}")
hash_of(style_hash "${style}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")
string(SHA256 tag "${page}")
string(SUBSTRING ${tag} 0 16 tag)
string(CONCAT policy
  "default-src 'none'; script-src ${script_hash}; style-src ${style_hash}; connect-src 'self'; img-src data:; "
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
  "require-trusted-types-for 'script'; trusted-types 'none'")

file(WRITE ${out} "// Made by cmake/ConsolePage.cmake.
#include \"api/console.h\"

namespace sse::api {
namespace {

constexpr char kHtml[] = R\"~page~(${page})~page~\";

}  // namespace

constinit const ConsolePage kConsolePage = {{kHtml, sizeof(kHtml) - 1}, \"${policy}\", R\"(\"${tag}\")\"};

}  // namespace sse::api
")
