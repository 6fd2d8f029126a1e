# SPDX-License-Identifier: MIT
# TLS libraries from their sources, each if they are there: MINIMQ_SOURCES, see tools/sources.py.

# What bearssl::small_profile needs, for every Cortex-M.
set(BEARSSL_FILES aes_ct aes_ct_ctr aes_ct_enc ccopy dec32be ec_p256_m15 ec_p256_m31 ec_secp256r1
  ec_secp384r1 ec_secp521r1 ecdsa_atr ecdsa_i15_bits ecdsa_i15_sign_asn1 ecdsa_i15_sign_raw
  ecdsa_i15_vrfy_asn1 ecdsa_i15_vrfy_raw ecdsa_i31_bits ecdsa_i31_sign_asn1 ecdsa_i31_sign_raw
  ecdsa_i31_vrfy_asn1 ecdsa_i31_vrfy_raw ecdsa_rta enc32be ghash_ctmul ghash_ctmul32 hmac hmac_drbg
  i15_add i15_bitlen i15_decmod i15_decode i15_encode i15_fmont i15_iszero i15_modpow i15_montmul
  i15_muladd i15_ninv15 i15_rshift i15_sub i15_tmont i31_add i31_bitlen i31_decmod i31_decode
  i31_encode i31_fmont i31_iszero i31_modpow i31_montmul i31_muladd i31_ninv31 i31_rshift i31_sub
  i31_tmont i32_div32 multihash prf prf_sha256 sha2small ssl_ccert_single_ec ssl_client ssl_engine
  ssl_hashes ssl_hs_client ssl_rec_gcm sysrng x509_minimal)
# What mbedtls_config.h asks for.
set(MBEDTLS_FILES aes asn1parse asn1write bignum cipher cipher_wrap constant_time ctr_drbg ecdh
  ecdsa ecp ecp_curves gcm md memory_buffer_alloc oid pk pk_wrap pkparse platform platform_util
  sha256 ssl_ciphersuites ssl_cli ssl_msg ssl_tls x509 x509_crt)

# firmware_library(<name> <folder> <file>...): a target of that name, without its warnings.
function(firmware_library name folder)
  file(GLOB_RECURSE sources ${folder}/*.c)
  list(JOIN ARGN "|" files)
  list(FILTER sources INCLUDE REGEX "/(${files})[.]c$")
  add_library(${name} STATIC ${sources})
  target_compile_options(${name} PRIVATE -w)
endfunction()

option(MINIMQ_TLS "Images over TLS too" ON)
set(bearssl ${MINIMQ_SOURCES}/bearssl-0.6)
if(MINIMQ_TLS AND EXISTS ${bearssl})
  firmware_library(bearssl ${bearssl}/src ${BEARSSL_FILES})
  target_include_directories(bearssl SYSTEM PUBLIC ${bearssl}/inc PRIVATE ${bearssl}/src)
  target_compile_definitions(bearssl PRIVATE BR_USE_UNIX_TIME=0 BR_USE_URANDOM=0)
  set(MINIMQ_BEARSSL bearssl)
endif()

set(mbedtls ${MINIMQ_SOURCES}/Mbed-TLS-mbedtls-8f97ca5)
if(MINIMQ_TLS AND EXISTS ${mbedtls})
  firmware_library(mbedtls ${mbedtls}/library ${MBEDTLS_FILES})
  target_include_directories(mbedtls SYSTEM PUBLIC ${mbedtls}/include)
  target_compile_definitions(mbedtls PUBLIC
    MBEDTLS_CONFIG_FILE="${CMAKE_CURRENT_LIST_DIR}/mbedtls_config.h")
  set(MINIMQ_MBEDTLS mbedtls)
endif()
