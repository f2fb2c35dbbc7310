! Vertical remap of the hydrostatic theta-l state and its tracers: floating layers to those of the hybrid coordinate.
!
! HOMME: vertremap_mod:vertical_remap (theta-l)
module theta_l_remap
  use kinds, only: rk
  use assembly, only: dss
  use element_remap, only: remap_element
  use theta_l_column, only: nodes
  use theta_l_settings, only: rsplit, ps0, hyai, hybi, vert_remap_u_alg, vert_remap_q_alg
  use theta_l_tendency, only: nfields, theta_mass, thickness
  implicit none
  private
  public :: vertical_remap, remap_tracers

contains

  ! dt and etadot, the mean flux through interfaces, matter to tracers of vertically Eulerian dynamics only
  subroutine vertical_remap(nlev, qsize, ne, dt, etadot, state, qdp)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: dt, etadot(nodes, nlev+1, ne)
    real(rk), intent(inout) :: state(nodes, nfields, nlev, ne), qdp(nodes, nlev, qsize, ne)
    integer :: e
    if (rsplit == 0) then
      if (qsize > 0) call remap_tracers(nfields, nlev, qsize, ne, dt, etadot, state, qdp)
      return
    end if
    !$omp parallel do schedule(static)
    do e = 1, ne
      call remap_element_state(nlev, qsize, state(1, 1, 1, e), qdp(1, 1, 1, e))
    end do
  end subroutine vertical_remap

  ! u dp, v dp and vtheta_dp are masses of layers and move together; tracer masses have an algorithm of their own
  subroutine remap_element_state(nlev, qsize, state, qdp)
    integer, intent(in) :: nlev, qsize
    real(rk), intent(inout) :: state(nodes, nfields, nlev), qdp(nodes, nlev, qsize)
    real(rk) :: mass(nodes, nlev, theta_mass), floating(nodes, nlev), reference(nodes, nlev)
    integer :: k
    floating = state(:, thickness, :)
    call reference_layers(nlev, floating, reference)
    do k = 1, nlev
      mass(:, k, 1) = state(:, 1, k) * floating(:, k)
      mass(:, k, 2) = state(:, 2, k) * floating(:, k)
      mass(:, k, theta_mass) = state(:, theta_mass, k)
    end do
    call remap_element(nlev, theta_mass, floating, reference, mass, vert_remap_u_alg)
    if (qsize > 0) call remap_element(nlev, qsize, floating, reference, qdp, vert_remap_q_alg)
    do k = 1, nlev
      state(:, 1, k) = mass(:, k, 1) / reference(:, k)
      state(:, 2, k) = mass(:, k, 2) / reference(:, k)
      state(:, theta_mass, k) = mass(:, k, theta_mass)
      state(:, thickness, k) = reference(:, k)
    end do
  end subroutine remap_element_state

  ! vertically Eulerian: tracers come from the layers that the flux through the interfaces took their air from
  subroutine remap_tracers(nf, nlev, qsize, ne, dt, etadot, state, qdp)
    integer, intent(in) :: nf, nlev, qsize, ne
    real(rk), intent(in) :: dt, etadot(nodes, nlev+1, ne), state(nodes, nf, nlev, ne)
    real(rk), intent(inout) :: qdp(nodes, nlev, qsize, ne)
    real(rk), allocatable :: flux(:, :, :)
    real(rk) :: source(nodes, nlev), reference(nodes, nlev)
    integer :: e
    flux = etadot
    call dss(flux, nlev + 1, ne)
    !$omp parallel do schedule(static) private(source, reference)
    do e = 1, ne
      call reference_layers(nlev, state(:, thickness, :, e), reference)
      source = reference + dt * (flux(:, 2:, e) - flux(:, :nlev, e))
      call remap_element(nlev, qsize, source, reference, qdp(1, 1, 1, e), vert_remap_q_alg)
    end do
  end subroutine remap_tracers

  ! layers of the hybrid coordinate over the surface pressure that the floating ones add up to
  subroutine reference_layers(nlev, floating, reference)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: floating(nodes, nlev)
    real(rk), intent(out) :: reference(nodes, nlev)
    real(rk) :: ps(nodes)
    integer :: k
    ps = hyai(1) * ps0
    do k = 1, nlev
      ps = ps + floating(:, k)
    end do
    do k = 1, nlev
      reference(:, k) = (hyai(k+1) - hyai(k)) * ps0 + (hybi(k+1) - hybi(k)) * ps
    end do
  end subroutine reference_layers

end module theta_l_remap
