"""Badges as other people's software reads them: Open Badges 3.0, signed, baked, drawn and verified.

Everything here is a pure function of what it is given. No table, no request, no network and no clock: whoever calls says
what time it is and hands in what was fetched. The formats and the traps behind the choices are described in
`docs/decisions`; the specifications are Open Badges 3.0 (1EdTech) and, by the W3C, Verifiable Credentials Data Model 2.0,
Data Integrity EdDSA Cryptosuites 1.0, Bitstring Status List 1.0 and Controlled Identifiers 1.0.
"""
